"""Spans of what a process does, where tracing is on; next to nothing where it is off.

What is exported are names, times and the attributes given here. An error's text, its trace and
what a call was told stay behind: any of them may say more than a collector should know.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Final, Protocol

from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import (
    INVALID_SPAN,
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    Tracer,
    get_current_span,
    set_span_in_context,
)

from buyqueue.errors import BuyQueueError

Attributes = Mapping[str, str | int]
ERROR_TYPE: Final = "error.type"


class Scope(Protocol):
    """A span that lasts as long as the `with` block, and is the current one within it."""

    def __enter__(self) -> Span: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None: ...


class _Nothing:
    """No span."""

    def __enter__(self) -> Span:
        return INVALID_SPAN

    def __exit__(self, *_: object) -> None:
        return None


class _Open:
    """A span to be ended."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def __enter__(self) -> Span:
        self._token = attach(set_span_in_context(self._span))
        return self._span

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        detach(self._token)
        if isinstance(error, asyncio.CancelledError):
            self._span.set_attribute("buyq.cancelled", True)  # noqa: FBT003
        elif error is not None:
            failed(self._span, _type_of(error))
        self._span.end()


NOTHING: Final = _Nothing()
"""What is opened where nothing is traced."""


class Spans:
    """Opens spans. A call or an append has one only below another: nobody looks for it alone."""

    def __init__(self, tracer: Tracer | None = None) -> None:
        self._tracer = tracer

    @property
    def on(self) -> bool:
        """Whether anything is traced at all."""
        return self._tracer is not None

    def begin(
        self,
        name: str,
        kind: SpanKind,
        attributes: Attributes,
        *,
        parent: SpanContext | None = None,
        links: Iterable[SpanContext] = (),
    ) -> Scope:
        """Open a span below another one, of another process perhaps; without it, a new trace."""
        if self._tracer is None:
            return NOTHING
        told = [Link(context) for context in links]
        return _Open(self._tracer.start_span(name, _below(parent), kind, attributes, told))

    def below(self, name: str, kind: SpanKind, attributes: Attributes) -> Scope:
        """Open a span below the one at work, even if that is over; none if none is recorded."""
        above = get_current_span().get_span_context()
        if self._tracer is None or not above.trace_flags.sampled:
            return NOTHING
        return _Open(self._tracer.start_span(name, None, kind, attributes))

    def gathered(self, name: str, attributes: Attributes, askers: Iterable[SpanContext]) -> Scope:
        """Open a trace of its own for what is done for several others, and link it to them.

        If nobody asks, no span is at work meanwhile.
        """
        links = list(askers)
        if self._tracer is None:
            return NOTHING
        if not links:
            return _Open(INVALID_SPAN)
        return self.begin(name, SpanKind.INTERNAL, attributes, links=links)

    def took(
        self, name: str, attributes: Attributes, parent: SpanContext | None, began: datetime
    ) -> None:
        """Note that a record was consumed, from then till now, if its trace is recorded."""
        if self._tracer is None or parent is None or not parent.trace_flags.sampled:
            return
        started = int(began.timestamp() * 1e9)
        kind = SpanKind.CONSUMER
        self._tracer.start_span(name, _below(parent), kind, attributes, start_time=started).end()


OFF: Final = Spans()


def failed(span: Span, error_type: str) -> None:
    """Mark a span as failed, by a word that is one of few."""
    span.set_attribute(ERROR_TYPE, error_type)
    span.set_status(StatusCode.ERROR)


def recorded() -> SpanContext | None:
    """Answer the span at work, if it is recorded."""
    span = get_current_span()
    return span.get_span_context() if span.is_recording() else None


def _below(parent: SpanContext | None) -> Context:
    return set_span_in_context(NonRecordingSpan(parent), Context()) if parent else Context()


def _type_of(error: BaseException) -> str:
    return str(error.code) if isinstance(error, BuyQueueError) else type(error).__name__
