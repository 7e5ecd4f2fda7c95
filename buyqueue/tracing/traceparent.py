"""The `traceparent` header of HTTP requests and of records. Source: W3C Trace Context, level 1.

`tracestate` is neither read nor written: it is whatever a caller puts there.
"""

import re
from collections.abc import Iterable
from typing import Final

from opentelemetry.trace import SpanContext, TraceFlags, get_current_span

NAME: Final = "traceparent"
_MAX_LENGTH: Final = 256
_FORMAT: Final = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


def parse(text: str | None) -> SpanContext | None:
    """Read a header; None for none, and for one that is malformed."""
    if not text or len(text) > _MAX_LENGTH:
        return None
    found = _FORMAT.fullmatch(text)
    if found is None:
        return None
    version, trace, span, flags, more = found.groups()
    if version == "ff" or (version == "00" and more is not None):
        return None
    context = SpanContext(int(trace, 16), int(span, 16), True, TraceFlags(int(flags, 16) & 1))  # noqa: FBT003
    return context if context.is_valid else None


def write(context: SpanContext) -> str:
    """Write a header."""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def text_of(headers: Iterable[tuple[str, bytes]]) -> str | None:
    """Answer the one header of a record, unread; None if there is none, or more than one."""
    found = [value for name, value in headers if name == NAME]
    return found[0].decode("ascii", "replace") if len(found) == 1 and found[0] else None


def current() -> list[tuple[str, bytes]]:
    """Answer the header of the span that is at work, if any, for a record."""
    context = get_current_span().get_span_context()
    return [(NAME, write(context).encode())] if context.is_valid else []
