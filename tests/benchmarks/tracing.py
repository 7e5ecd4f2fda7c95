"""What tracing costs where it is off, unsampled and on: `python -m tests.benchmarks.tracing`.

One process, no network: the exporter is a sink, so that what is measured is this code's own.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, Sampler
from opentelemetry.trace import SpanKind

from buyqueue.log.journal import Journal
from buyqueue.tracing.spans import OFF, Spans
from tests.controls import events as e

ROUNDS: Final = 15
TIMES: Final = 2_000
EVENT: Final = e.requested()


class Sink(SpanExporter):
    """Takes spans and forgets them."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:  # noqa: ARG002
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        pass


class Taken:
    """A record's place."""

    partition = 0
    offset = 7


class Unsent(Journal):
    """Does all that an append does but to send it."""

    def _new_producer(self) -> Any:
        return self

    async def send_and_wait(self, *_: object, **__: object) -> Taken:
        return Taken()


def provider(sampler: Sampler) -> TracerProvider:
    made = TracerProvider(sampler=sampler, shutdown_on_exit=False)
    made.add_span_processor(BatchSpanProcessor(Sink()))
    return made


async def nothing(_spans: Spans, _journal: Journal) -> None:
    pass


async def a_call(spans: Spans, _journal: Journal) -> None:
    with spans.below("getBalance", SpanKind.CLIENT, {}):
        pass


async def an_append(_spans: Spans, journal: Journal) -> None:
    await journal.append(EVENT)


WORKS: Final = {"a call's span": a_call, "an append but to send it": an_append, "": nothing}


async def round_of(spans: Spans, work: Any) -> float:
    """How much processor time it takes once, in µs, the exporting thread included."""
    journal = Unsent("nowhere:1", client_id="bench", timeout_ms=1_000, spans=spans)
    journal._partitions = 1
    with spans.begin("step", SpanKind.CONSUMER, {}):
        began = time.process_time()
        for _ in range(TIMES):
            await work(spans, journal)
        return (time.process_time() - began) / TIMES * 1e6


async def measure() -> dict[str, dict[str, float]]:
    """Take turns, and of each the best round, less what the loop itself takes; in µs."""
    made = {"unsampled": provider(ALWAYS_OFF), "sampled": provider(ALWAYS_ON)}
    kinds = {"off": OFF} | {name: Spans(one.get_tracer("bench")) for name, one in made.items()}
    best: dict[tuple[str, str], float] = {}
    for _ in range(ROUNDS):
        for title, work in WORKS.items():
            for kind, spans in kinds.items():
                took = await round_of(spans, work)
                best[title, kind] = min(took, best.get((title, kind), took))
    for one in made.values():
        one.shutdown()
    return {
        title: {kind: round(best[title, kind] - best["", kind], 2) for kind in kinds}
        for title in WORKS
        if title
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(measure()), indent=2, ensure_ascii=False) + "\n")
