"""What schemathesis cannot read in openapi.json, for scripts/fuzz-api."""

import schemathesis
from schemathesis.specs.openapi.checks import AcceptedNegativeData, RejectedPositiveData

# Rules for `attributes` that the document states in words, because JSON Schema has none for them.
ATTRIBUTES = {"nul", "out_of_range", "too_deep", "too_large"}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Valid data may be refused, and invalid data accepted, for rules that no schema can express, and for nothing else."""
    if isinstance(failure, AcceptedNegativeData):
        return not is_long_for_white_space(case.body)
    if not isinstance(failure, RejectedPositiveData):
        return True
    # A header for which schemathesis finds no value (it tries letters and digits) is sent with an invalid one all the same.
    if any(component.mode.is_negative for component in case.meta.components.values()):
        return False
    faults = response.json().get("errors", [])
    return not faults or not all(is_beyond_schemas(fault) for fault in faults)


def is_long_for_white_space(body):
    # The characters of a name are counted when the white space at both ends is taken away.
    name = body.get("name") if isinstance(body, dict) else None
    return isinstance(name, str) and len(name.strip()) <= 200 < len(name)


def is_beyond_schemas(fault):
    # Only the service makes cursors, each for one list.
    if fault.get("parameter") == "cursor":
        return fault["code"] in {"cursor", "cursor_mismatch"}
    return fault.get("pointer", "").startswith("#/attributes") and fault["code"] in ATTRIBUTES


@schemathesis.check
def declared_headers_are_sent(context, response, case):
    """Also those that depend on the configuration, which scripts/fuzz-api makes complete; only `Link` depends on the data."""
    if case.method.lower() != case.operation.method.lower():
        return
    declared = case.operation.responses.find_by_status_code(response.status_code)
    names = {name for name, _ in declared.headers.items()} - {"Link"} if declared else set()
    missing = [name for name in sorted(names) if name.lower() not in response.headers]
    assert not missing, f"declared and not sent: {', '.join(missing)}"
