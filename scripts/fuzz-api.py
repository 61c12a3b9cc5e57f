"""What schemathesis cannot read in openapi.json, for scripts/fuzz-api."""

import json
import os
import re
from pathlib import Path

import schemathesis
from schemathesis.core.failures import MalformedJson
from schemathesis.openapi.checks import MissingContentType
from schemathesis.specs.openapi.checks import AcceptedNegativeData, RejectedPositiveData

# Rules for `attributes` that the document states in words, because JSON Schema has none for them.
ATTRIBUTES = {"nul", "out_of_range", "too_deep", "too_large"}
# Header fields that depend on the data or the request.
DEPENDENT = {"Idempotent-Replayed", "Link", "Preference-Applied"}
DOCUMENT = json.loads((Path(os.environ["SCHEMATHESIS_HOOKS"]).parent.parent / "openapi.json").read_text())
PATTERNS = {
    parameter["name"]: re.compile(parameter["schema"]["pattern"])
    for parameter in DOCUMENT["components"]["parameters"].values()
    if "pattern" in parameter["schema"]
}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Valid data may be refused, and invalid data accepted, for rules that no schema can express, and for nothing else."""
    if isinstance(failure, (MalformedJson, MissingContentType)):
        # The client asked for no body, which a document cannot say of a status that has one otherwise.
        return not (response.content == b"" and "preference-applied" in response.headers)
    if isinstance(failure, AcceptedNegativeData):
        # What cannot be read of `Prefer` is ignored (RFC 7240 §2), however long it is.
        return "parameter `Prefer` in header" not in str(failure) and not is_long_for_white_space(case.body)
    if not isinstance(failure, RejectedPositiveData):
        return True
    # Whether a condition on the entity holds is a matter of the data.
    if response.status_code == 412:
        return False
    # A header for which schemathesis finds no value (it tries letters and digits) is sent with an invalid one all the same.
    if any(not pattern.search(case.headers[name]) for name, pattern in PATTERNS.items() if name in (case.headers or {})):
        return False
    if any(component.mode.is_negative for component in case.meta.components.values()):
        return False
    faults = response.json().get("errors", [])
    return not faults or not all(is_beyond_schemas(fault) for fault in faults)


def is_long_for_white_space(body):
    # The characters of a name are counted when the white space at both ends is taken away.
    if isinstance(body, dict):
        name = body.get("name")
        return isinstance(name, str) and len(name.strip()) <= 200 < len(name) or is_long_for_white_space(list(body.values()))
    return isinstance(body, list) and any(is_long_for_white_space(value) for value in body)


def is_beyond_schemas(fault):
    # Only the service makes cursors, each for one list.
    if fault.get("parameter") == "cursor":
        return fault["code"] in {"cursor", "cursor_mismatch"}
    # A key belongs to the first request that has it, and an item occurs once in a batch.
    if (fault.get("header"), fault["code"]) == ("Idempotency-Key", "key_reused") or fault["code"] == "duplicate":
        return True
    return "/attributes" in fault.get("pointer", "") and fault["code"] in ATTRIBUTES


@schemathesis.check
def declared_headers_are_sent(context, response, case):
    """Also those that depend on the configuration, which scripts/fuzz-api makes complete; some depend on the data or the request."""
    if case.method.lower() != case.operation.method.lower():
        return
    declared = case.operation.responses.find_by_status_code(response.status_code)
    names = {name for name, _ in declared.headers.items()} - DEPENDENT if declared else set()
    missing = [name for name in sorted(names) if name.lower() not in response.headers]
    assert not missing, f"declared and not sent: {', '.join(missing)}"
