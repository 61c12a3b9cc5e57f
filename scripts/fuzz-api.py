"""Rules of the service that openapi.json cannot express, for scripts/fuzz-api."""

import json
import os
import re
from pathlib import Path

import schemathesis
from schemathesis.core.failures import MalformedJson
from schemathesis.openapi.checks import AllowHeaderMismatch, MissingContentType, UnsupportedMethodResponse
from schemathesis.specs.openapi.checks import AcceptedNegativeData, RejectedPositiveData

# Rules for `attributes` that JSON Schema cannot express; the document states them in words.
ATTRIBUTES = {"nul", "out_of_range", "too_deep", "too_large"}
# Header fields that depend on the data or the request.
DEPENDENT = {
    "Accept",
    "Accept-Encoding",
    "Accept-Patch",
    "Idempotent-Replayed",
    "Link",
    "Preference-Applied",
    "Retry-After",
}
DOCUMENT = json.loads((Path(os.environ["SCHEMATHESIS_HOOKS"]).parent.parent / "openapi.json").read_text())
PATTERNS = {
    parameter["name"]: re.compile(parameter["schema"]["pattern"])
    for parameter in DOCUMENT["components"]["parameters"].values()
    if "pattern" in parameter["schema"]
}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Valid data may be rejected, and invalid data accepted, only for rules that no schema can express."""
    if isinstance(failure, (MalformedJson, MissingContentType)):
        # The client asked for no body. The document cannot say so of a status that otherwise has one.
        return not (response.content == b"" and "preference-applied" in response.headers)
    if isinstance(failure, (AllowHeaderMismatch, UnsupportedMethodResponse)):
        # OpenAPI 3.1 cannot declare the method QUERY.
        methods = failure.undocumented_methods if isinstance(failure, AllowHeaderMismatch) else [failure.method]
        return methods != ["QUERY"] or case.operation.path != "/v1/items"
    if isinstance(failure, AcceptedNegativeData):
        # An import that skips what is wrong reports it.
        if case.operation.path == "/v1/items/import" and response.json()["failed"] > 0:
            return False
        # An invalid `Prefer` is ignored (RFC 7240 §2), however long it is.
        return "parameter `Prefer` in header" not in str(failure) and not is_long_before_trimming(case.body)
    if not isinstance(failure, RejectedPositiveData):
        return True
    # Whether a precondition holds depends on the data.
    if response.status_code == 412:
        return False
    # If schemathesis finds no valid value for a header (it tries letters and digits), it sends an invalid one.
    if any(
        not pattern.search(case.headers[name]) for name, pattern in PATTERNS.items() if name in (case.headers or {})
    ):
        return False
    if any(component.mode.is_negative for component in case.meta.components.values()):
        return False
    faults = response.json().get("errors", [])
    return not faults or not all(is_beyond_schemas(fault) for fault in faults)


def is_long_before_trimming(body):
    # The length limit of a name applies after trimming white space.
    if isinstance(body, dict):
        name = body.get("name")
        return (
            isinstance(name, str)
            and len(name.strip()) <= 200 < len(name)
            or is_long_before_trimming(list(body.values()))
        )
    return isinstance(body, list) and any(is_long_before_trimming(value) for value in body)


def is_beyond_schemas(fault):
    # Few texts are filters.
    if fault.get("parameter") == "filter":
        return fault["code"] == "filter"
    # Not every text has a word to find.
    if fault.get("parameter") == "q":
        return fault["code"] == "search"
    # Few texts are names of members.
    if fault.get("parameter") == "fields":
        return fault["code"] == "fields"
    # Few texts are paths, and which attributes are indexed depends on the data.
    if fault.get("parameter") == "sort":
        return fault["code"] in {"sort", "not_indexed"}
    if "/indexed/" in fault.get("pointer", "") and fault["code"] == "path":
        return True
    # Only the service creates cursors, each for one list.
    pointer = fault.get("pointer", "")
    if fault.get("parameter") == "cursor" or pointer == "#/cursor":
        return fault["code"] in {"cursor", "cursor_mismatch"}
    # Few values are JSON Schemas, and what satisfies one depends on the data.
    if pointer == "#/schema" or pointer.startswith("#/schema/"):
        return True
    if fault["code"].startswith("schema."):
        return True
    # A key belongs to the first request that uses it, and an item may occur only once in a batch.
    if (fault.get("header"), fault["code"]) == ("Idempotency-Key", "key_reused") or fault["code"] == "duplicate":
        return True
    # Few texts are CSV with the columns of an item.
    if fault["code"] in {"csv_syntax", "unknown_column", "repeated_column"}:
        return True
    # Whether there is a collection with a key, and which one an item belongs to, depends on the data.
    if pointer.endswith("/collection") and fault["code"] in {"not_found", "immutable"}:
        return True
    return "/attributes" in pointer and fault["code"] in ATTRIBUTES


@schemathesis.serializer("application/x-ndjson")
def write_line(context, value):
    """An import may have one line."""
    return json.dumps(value).encode()


@schemathesis.hook
def map_query(context, query):
    """A dry run leaves what schemathesis then takes for deleted, and does not create what it then looks for."""
    method, path = context.operation.method.lower(), context.operation.path
    changes_existence = method == "delete" or method == "post" and path in ("/v1/collections", "/v1/items")
    if query and changes_existence and query.get("validate_only") in (True, "true"):
        return {name: value for name, value in query.items() if name != "validate_only"}
    return query


@schemathesis.hook
def before_call(context, case, kwargs):
    """The key of this client is not to be changed or revoked."""
    own = os.environ.get("KEY")
    if own and (case.path_parameters or {}).get("key_id") == own.split("_")[1]:
        case.path_parameters["key_id"] = "absent00"


@schemathesis.check
def declared_headers_are_sent(context, response, case):
    """Including those that depend on the configuration, which scripts/fuzz-api sets; DEPENDENT are exempt."""
    if case.method.lower() != case.operation.method.lower():
        return
    declared = case.operation.responses.find_by_status_code(response.status_code)
    names = {name for name, _ in declared.headers.items()} - DEPENDENT if declared else set()
    if response.status_code == 400:
        names.discard("WWW-Authenticate")  # only if Authorization is malformed
    if (case.query or {}).get("validate_only") in (True, "true"):
        names.discard("ETag")  # nothing has it
    missing = [name for name in sorted(names) if name.lower() not in response.headers]
    assert not missing, f"declared and not sent: {', '.join(missing)}"
