"""What is exported of a span, and what is not."""

import asyncio
import logging
from collections.abc import Iterator

import aiohttp
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, Sampler
from opentelemetry.trace import SpanKind, StatusCode

from buyqueue.errors import Code, Unavailable
from buyqueue.log.journal import Journal
from buyqueue.log.record import Recorded
from buyqueue.logs import name_span
from buyqueue.rpc import RpcNode
from buyqueue.tracing.spans import OFF, Spans
from buyqueue.tracing.traceparent import current, parse
from streams.folding.live_buy import LiveBuy
from tests.controls import events as e
from tests.tracing.test_traceparent import GOOD

OTHER = GOOD.replace("b7ad", "b7ae")
SECRET = "an-api-key"  # noqa: S105 - a word to look for


class Kept:
    """Spans that are kept here."""

    def __init__(self, sampler: Sampler) -> None:
        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider(sampler=sampler, shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.spans = Spans(self.provider.get_tracer("test"))

    def all(self) -> tuple[ReadableSpan, ...]:
        return self._exporter.get_finished_spans()


@pytest.fixture
def kept() -> Iterator[Kept]:
    found = Kept(ParentBased(ALWAYS_ON))
    yield found
    found.provider.shutdown()


def test_an_error_leaves_its_code_and_not_its_text(kept: Kept) -> None:
    with pytest.raises(Unavailable), kept.spans.begin("step", SpanKind.INTERNAL, {}):
        raise Unavailable(Code.RPC_UNAVAILABLE, SECRET)
    (span,) = kept.all()
    assert {"error.type": "rpc_unavailable"} == dict(span.attributes or {})
    assert (StatusCode.ERROR, None) == (span.status.status_code, span.status.description)
    assert SECRET not in span.to_json()


async def test_what_is_cancelled_is_no_error(kept: Kept) -> None:
    async def wait() -> None:
        with kept.spans.begin("step", SpanKind.INTERNAL, {}):
            await asyncio.sleep(60)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    (span,) = kept.all()
    assert StatusCode.UNSET == span.status.status_code
    assert {"buyq.cancelled": True} == dict(span.attributes or {})


async def test_a_call_says_its_method_and_its_node_and_no_more(
    kept: Kept, unused_tcp_port: int
) -> None:
    """Neither the key in the URL, nor what was asked, nor how the error reads."""
    url = f"http://127.0.0.1:{unused_tcp_port}/v2/{SECRET}?api-key={SECRET}"
    async with aiohttp.ClientSession() as session:
        node = RpcNode(session, url, 500, spans=kept.spans)
        with kept.spans.begin("step", SpanKind.INTERNAL, {}), pytest.raises(Unavailable):
            await node.call("getBalance", SECRET)
    (call,) = [span for span in kept.all() if span.name == "getBalance"]
    assert {
        "rpc.system.name": "jsonrpc",
        "rpc.method": "getBalance",
        "jsonrpc.protocol.version": "2.0",
        "server.address": "127.0.0.1",
        "server.port": unused_tcp_port,
        "error.type": "rpc_unavailable",
    } == dict(call.attributes or {})
    assert SECRET not in call.to_json()


async def test_a_call_outside_of_any_span_has_none(kept: Kept, unused_tcp_port: int) -> None:
    """A health check is nobody's buy."""
    async with aiohttp.ClientSession() as session:
        node = RpcNode(session, f"http://127.0.0.1:{unused_tcp_port}", 500, spans=kept.spans)
        with pytest.raises(Unavailable):
            await node.call("getHealth")
    assert () == kept.all()


class Told(Journal):
    """A journal that tells the headers instead of sending them."""

    def _new_producer(self) -> "Told":
        return self

    async def send_and_wait(self, *_: object, **told: object) -> object:
        self.headers = told["headers"]
        return type("Done", (), {"partition": 0, "offset": 7})


async def test_an_unsampled_trace_goes_on_unsampled() -> None:
    """Whoever reads the record must not begin another one for the same buy."""
    off = Kept(ALWAYS_OFF)
    journal = Told("nowhere:1", client_id="test", timeout_ms=1_000, spans=off.spans)
    journal._partitions = 1
    parent = parse(GOOD)
    with off.spans.begin("POST", SpanKind.SERVER, {}, parent=parent):
        await journal.append(e.requested())
        ((name, value),) = current()
    assert [(name, value)] == journal.headers
    found = parse(value.decode())
    assert found is not None
    assert parent is not None
    assert (False, parent.trace_id) == (found.trace_flags.sampled, found.trace_id)
    assert () == off.all()
    off.provider.shutdown()


async def test_without_tracing_a_record_has_no_header() -> None:
    journal = Told("nowhere:1", client_id="test", timeout_ms=1_000)
    journal._partitions = 1
    with OFF.begin("POST", SpanKind.SERVER, {}, parent=parse(GOOD)):
        await journal.append(e.requested())
    assert [] == journal.headers


def test_a_buy_goes_on_in_the_first_trace_that_its_records_name() -> None:
    """A malformed header is no trace; a later one, of a cancel for example, does not win."""
    buy = LiveBuy(e.JOB, 0, 0)
    buy.apply(Recorded(e.requested(), 0, 0, traceparent="00-broken"))
    assert buy.trace is None
    buy.apply(Recorded(e.advanced(1), 0, 1, traceparent=GOOD))
    buy.apply(Recorded(e.cancelled(), 0, 2, traceparent=OTHER))
    assert (parse(GOOD), OTHER) == (buy.trace, buy.traceparent)


def test_a_line_of_the_log_names_the_span_at_work(kept: Kept) -> None:

    assert {"event": "x"} == name_span(logging.getLogger(), "info", {"event": "x"})
    with kept.spans.begin("step", SpanKind.INTERNAL, {}, parent=parse(GOOD)):
        line = name_span(logging.getLogger(), "info", {"event": "x"})
    (span,) = kept.all()
    assert span.context is not None
    assert GOOD[3:35] == line["trace_id"]
    assert f"{span.context.span_id:016x}" == line["span_id"]
