"""Sending spans to a collector, by OTLP over HTTP, in a thread of its own."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from buyqueue.clock import Clock
from buyqueue.logs import get_logger
from buyqueue.tracing.settings import TracingSettings
from buyqueue.tracing.spans import OFF, Spans

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import Sampler

FLUSH_S: Final = 2.0
"""So long a process that ends waits for its last spans to be taken."""
POLL_S: Final = 0.02

log = get_logger(__name__)


@asynccontextmanager
async def traced(
    settings: TracingSettings, process: str, instance: str, clock: Clock
) -> AsyncIterator[Spans]:
    """Have spans exported while the context lasts, where the settings name a collector.

    A collector that is away costs spans and nothing else: they are dropped once 2,048 wait.
    """
    url = settings.traces_url
    if url is None:
        yield OFF
        return
    provider = _provider(settings, url, process, instance)
    log.info("traces.exported", sampler=settings.otel_traces_sampler)
    try:
        yield Spans(provider.get_tracer("buyq"))
    finally:
        await _shut(provider, clock)


def _provider(settings: TracingSettings, url: str, process: str, instance: str) -> "TracerProvider":
    # Imported where it is on: the rest of the process needs none of it.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    # It warns at each of its own retries; that a batch was lost is one line more.
    logging.getLogger("opentelemetry").setLevel(logging.ERROR)
    resource = Resource.create(
        {
            "service.name": settings.otel_service_name or f"buyq-{process}",
            "service.namespace": "buyq",
            "service.instance.id": instance,
        }
    )
    provider = TracerProvider(resource=resource, sampler=_sampler(settings), shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=url, headers=settings.traces_headers)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _sampler(settings: TracingSettings) -> "Sampler":
    """Make the sampler of the standard names."""
    from opentelemetry.sdk.trace.sampling import (  # noqa: PLC0415
        ALWAYS_OFF,
        ALWAYS_ON,
        ParentBased,
        TraceIdRatioBased,
    )

    name = settings.otel_traces_sampler
    ratio = TraceIdRatioBased(settings.otel_traces_sampler_arg)
    roots: dict[str, Sampler] = {
        "always_on": ALWAYS_ON,
        "always_off": ALWAYS_OFF,
        "traceidratio": ratio,
    }
    root = roots[name.removeprefix("parentbased_")]
    return ParentBased(root) if name.startswith("parentbased_") else root


async def _shut(provider: "TracerProvider", clock: Clock) -> None:
    """Send what waits; not for longer than a little, as there may be no collector."""
    thread = threading.Thread(target=provider.shutdown, name="traces-shut", daemon=True)
    thread.start()
    deadline = clock.monotonic() + FLUSH_S
    while thread.is_alive():
        if clock.monotonic() > deadline:
            log.warning("traces.abandoned")
            return
        await asyncio.sleep(POLL_S)
