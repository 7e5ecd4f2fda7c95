"""A node that answers garbage with HTTP 200 beside one that is well: as if it had not answered."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from buyqueue.clock import SystemClock
from buyqueue.errors import Unavailable
from buyqueue.rpc import RpcNode
from streams.chain.expiry import Alive, Unproven, examine
from streams.chain.flight import Landed
from streams.chain.lifetime import last_valid_bound
from streams.chain.nodes import Nodes
from streams.chain.statuses import StatusBoard
from streams.chain.transactions import read_unsigned
from tests.integration.chain.conftest import MARGIN, Bench, lifetime_of
from tests.integration.chain.test_landing import while_slots_pass

GARBAGE: dict[str, Any] = {
    "a string for an error": {"error": "rate limited"},
    "no error's number": {"error": {"code": "many", "message": None}},
    "an error of nothing": {"error": ""},
    "null": {"result": None},
    "a string": {"result": "busy"},
    "an empty list": {"result": []},
    "an empty object": {"result": {}},
    "no values": {"result": {"context": {"slot": 1}, "value": []}},
    "values of another kind": {"result": {"context": {"slot": 1}, "value": ["busy"]}},
    "another commitment": {
        "result": {"context": {"slot": 1}, "value": [{"slot": 1, "confirmationStatus": "sure"}]}
    },
    "no object": ["busy"],
    "a number": 7,
}
Order = Callable[[str, str], tuple[str, str]]
ORDERS: dict[str, Order] = {
    "garbage first": lambda good, bad: (bad, good),
    "garbage last": lambda good, bad: (good, bad),
}


@asynccontextmanager
async def garbled(reply: Any) -> AsyncIterator[str]:
    """Answer everything with the same; the URL."""

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(reply)

    async with AsyncExitStack() as stack:
        app = web.Application()
        app.router.add_post("/", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}/"


@pytest.fixture(params=GARBAGE)
async def bad(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    async with garbled(GARBAGE[request.param]) as url:
        yield url


@pytest.fixture(params=ORDERS)
def order(request: pytest.FixtureRequest) -> Order:
    return ORDERS[request.param]


async def test_everything_is_learned_of_the_other_node(
    bench: Bench, bad: str, order: Order
) -> None:
    urls = order(bench.node.url, bad)
    nodes = bench.nodes(*urls)
    assert await nodes.read("getSlot", {"commitment": "confirmed"}) > 0
    assert len((await nodes.accounts([str(bench.buyer.pubkey())])).accounts) == 1
    flight = replace(await bench.flight(), sent=True)
    unsigned = read_unsigned(flight.transaction, flight.wallet)
    assert await last_valid_bound(nodes, unsigned) > 0

    landed = await while_slots_pass(bench, flight, *urls)
    assert isinstance(landed, Landed)
    status = await StatusBoard(nodes, SystemClock(), 20).status(flight.signature)
    assert status is not None
    assert status.confirmed
    verdict = await examine(nodes, flight.signature, lifetime_of(flight), MARGIN)
    assert isinstance(verdict, Alive)


async def test_it_proves_nothing(bench: Bench, bad: str, order: Order) -> None:
    flight = await bench.flight()
    bench.node.advance(220)
    nodes = bench.nodes(*order(bench.node.url, bad))
    verdict = await examine(nodes, flight.signature, lifetime_of(flight), MARGIN)
    assert isinstance(verdict, Unproven)


async def test_alone_it_is_away(bench: Bench, bad: str) -> None:
    nodes = Nodes([RpcNode(bench.session, bad, 1_000)], SystemClock())
    with pytest.raises(Unavailable):
        await nodes.read("getSlot", {"commitment": "confirmed"})
