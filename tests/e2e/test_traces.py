"""One buy is one trace: from the request through the log to the nodes and to the result."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest
from solders.keypair import Keypair

from buyq.client import RESULT, BuyClient
from tests.canaries import canaries
from tests.e2e.conftest import Service, serving
from tests.stack.servers import Stack
from tests.tracing.receiver import Receiver, Seen, receiving

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
TOLD = {"OTEL_BSP_SCHEDULE_DELAY": "200", "OTEL_EXPORTER_OTLP_HEADERS": "x-tenant=a%20b"}


class Traced(NamedTuple):
    """A buy that has ended, and what a collector got of it."""

    service: Service
    collector: Receiver
    buyer: Keypair
    job_id: str

    def spans(self, name: str) -> list[Seen]:
        return [span for span in self.collector.named(name) if span.trace_id == TRACE]


@pytest.fixture(scope="module")
async def traced(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Traced]:
    async with receiving() as collector:
        told = {**TOLD, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        logs = tmp_path_factory.mktemp("traced")
        async with serving(stack, logs, settings=told) as service:
            buyer = await service.buyer()
            header = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
            async with (
                aiohttp.ClientSession(headers=header) as session,
                BuyClient(session, service.url).live("user123") as live,
                asyncio.timeout(60),
            ):
                client = BuyClient(session, service.url)
                job_id = (await client.send(service.body(buyer), "traced")).job_id
                assert RESULT == [message.name async for message in live.of_job(job_id)][-1]
                await client.status(job_id)
            seen = Traced(service, collector, buyer, job_id)
            async with asyncio.timeout(40):
                while not _finalized(seen):
                    await asyncio.sleep(0.1)
            yield seen


def _finalized(seen: Traced) -> bool:
    stored = [s.attributes["buyq.event_type"] for s in seen.spans("process buys")]
    return stored.count("BuyFinalized") == 2 and bool(seen.spans("FinalizeBuy"))


def test_the_request_is_below_the_callers_span(traced: Traced) -> None:
    (request,) = traced.spans("POST /api/external-buy/start")
    assert ("buyq-api", CALLER, 2) == (request.service, request.parent_id, request.kind)
    assert {
        "http.request.method": "POST",
        "http.route": "/api/external-buy/start",
        "http.response.status_code": 202,
        "url.scheme": "http",
    } == request.attributes


def test_every_step_of_the_worker_is_below_the_append_of_the_request(traced: Traced) -> None:
    (request,) = traced.spans("POST /api/external-buy/start")
    (asked,) = [s for s in traced.spans("send buys") if s.service == "buyq-api"]
    assert request.span_id == asked.parent_id
    assert ("BuyRequested", traced.job_id) == (
        asked.attributes["buyq.event_type"],
        asked.attributes["buyq.job_id"],
    )
    steps = sorted(
        (s for s in traced.collector.spans if s.parent_id == asked.span_id and s.kind == 5
         and s.service == "buyq-worker"),
        key=lambda s: s.began_ns,
    )  # fmt: skip
    names = list(dict.fromkeys(step.name for step in steps))
    wanted = ["AdvancePhase", "PrepareWallet", "QuoteBuy", "SignBuy", "LandBuy", "FinalizeBuy"]
    assert wanted == names


def test_a_step_is_linked_to_the_append_that_made_it_due(traced: Traced) -> None:
    appends = {s.attributes["buyq.event_type"]: s for s in traced.spans("send buys")}
    (quoting,), (signing,) = traced.spans("QuoteBuy"), traced.spans("SignBuy")
    assert quoting.span_id == appends["BuyQuoted"].parent_id
    # It does not wait for the quote to be in the log: until then only the step is known.
    assert signing.links in [(quoting.span_id,), (appends["BuyQuoted"].span_id,)]
    assert signing.span_id == appends["BuySigned"].parent_id
    assert traced.spans("LandBuy")[0].links == (appends["BuySigned"].span_id,)


def test_the_calls_of_nodes_are_below_the_step_that_made_them(traced: Traced) -> None:
    (prepare,) = traced.spans("PrepareWallet")
    (signing,) = traced.spans("SignBuy")
    below: dict[str, set[str]] = {}
    for span in traced.collector.spans:
        if span.kind == 3:
            below.setdefault(span.parent_id, set()).add(span.name)
    assert {"getMultipleAccounts"} == below[prepare.span_id]
    assert "simulateTransaction" in below[signing.span_id]
    landing = set().union(*(below.get(s.span_id, set()) for s in traced.spans("LandBuy")))
    assert {"sendTransaction", "getTransaction"} <= landing
    (call,) = traced.spans("getMultipleAccounts")[:1]
    host, _, port = traced.service.chain.node.url.removeprefix("http://").partition(":")
    assert {
        "rpc.system.name": "jsonrpc",
        "rpc.method": "getMultipleAccounts",
        "jsonrpc.protocol.version": "2.0",
        "server.address": host,
        "server.port": int(port),
    } == call.attributes


def test_what_is_asked_for_many_buys_is_linked_to_them(traced: Traced) -> None:
    """It is in no buy's trace, as it belongs to several."""
    landings = {span.span_id for span in traced.spans("LandBuy")}
    polls = [s for s in traced.collector.named("poll signatures") if landings & set(s.links)]
    assert polls
    calls = {s.parent_id for s in traced.collector.named("getSignatureStatuses")}
    assert {poll.span_id for poll in polls} <= calls
    assert TRACE not in {poll.trace_id for poll in polls}


def test_the_result_is_stored_and_told_below_its_append(traced: Traced) -> None:
    (done,) = [
        s for s in traced.spans("send buys") if s.attributes["buyq.event_type"] == "BuyCompleted"
    ]
    consumed = [s for s in traced.spans("process buys") if s.parent_id == done.span_id]
    assert {
        ("buyq-projector", "buyq-projector"),
        ("buyq-api", "buyq-relay"),
    } == {(s.service, s.attributes["messaging.consumer.group.name"]) for s in consumed}


def test_logs_name_the_trace(traced: Traced) -> None:
    lines = (traced.service.logs / "api.log").read_text().splitlines()
    answered = [line for line in lines if "http.answered" in line and "start" in line]
    (request,) = traced.spans("POST /api/external-buy/start")
    assert len(answered) == 1
    assert f'"trace_id": "{TRACE}"' in answered[0]
    assert f'"span_id": "{request.span_id}"' in answered[0]


def test_no_key_and_no_user_is_in_anything_exported(traced: Traced) -> None:
    found = bytes(traced.collector.raw)
    assert traced.job_id.encode() in found
    secret = Path(traced.service.logs / "private.key").read_bytes().strip()
    wallet = str(traced.buyer.pubkey()).encode()
    for form in [*canaries(traced.buyer), secret, wallet, b"user123", traced.service.mint.encode()]:
        assert form not in found


def test_the_collector_is_told_the_headers_of_the_settings(traced: Traced) -> None:
    assert {"a b"} == {told["x-tenant"] for told in traced.collector.headers}
