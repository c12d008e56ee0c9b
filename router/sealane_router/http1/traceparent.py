"""The trace that a request belongs to, as W3C's ``traceparent`` names it."""

_INVALID = "0" * 32


def trace_id(traceparent: bytes | None) -> str:
    """The trace id of a header (https://www.w3.org/TR/trace-context/), empty where there is no valid one."""
    if traceparent is None or len(traceparent) < 55 or traceparent[2:3] != b"-" or traceparent[35:36] != b"-":
        return ""
    trace = traceparent[3:35].decode("ascii", "replace").lower()
    return trace if trace != _INVALID and not trace.strip("0123456789abcdef") else ""
