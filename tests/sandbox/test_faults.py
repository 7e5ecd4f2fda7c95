"""Each fault does what it says, and only that."""

import asyncio
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from sandbox.solana.faults import Fault, FaultTable, fault_from
from sandbox.solana.node import LocalNode
from tests.sandbox.transactions import SOL, encoded, pay, rpc

BASE64 = {"encoding": "base64", "preflightCommitment": "confirmed"}


def payment(node: LocalNode, payer: Keypair) -> VersionedTransaction:
    blockhash = node.chain.bank("confirmed").block.blockhash
    return pay(payer, Pubkey.new_unique(), SOL // 10, blockhash)


def landed(node: LocalNode, tx: VersionedTransaction) -> int | None:
    """The slot in which it landed."""
    record = node.chain.history.get(str(tx.signatures[0]))
    return record.slot if record else None


async def send(http: ClientSession, node: LocalNode, tx: VersionedTransaction) -> Any:
    return await rpc(http, node.url, "sendTransaction", encoded(tx), BASE64)


async def test_a_dropped_transaction_is_accepted_and_never_lands(
    node: LocalNode, http: ClientSession, payer: Keypair
) -> None:
    node.faults.add(Fault("drop", times=1))
    tx = payment(node, payer)
    first = await send(http, node, tx)
    node.advance(5)
    before = landed(node, tx)
    second = await send(http, node, tx)
    node.advance(1)
    assert first["result"] == second["result"] == str(tx.signatures[0])
    assert (None, node.chain.slot) == (before, landed(node, tx))


async def test_a_delayed_transaction_lands_later(
    node: LocalNode, http: ClientSession, payer: Keypair
) -> None:
    node.faults.add(Fault("delay", slots=7))
    tx = payment(node, payer)
    await send(http, node, tx)
    start = node.chain.slot
    node.advance(10)
    assert start + 8 == landed(node, tx)


async def test_too_many_requests(node: LocalNode, http: ClientSession) -> None:
    node.faults.add(Fault("http", method="get*", headers={"Retry-After": "2"}, times=2))
    call = {"jsonrpc": "2.0", "id": 1, "method": "getSlot"}
    seen = []
    for _ in range(3):
        async with http.post(node.url, json=call) as response:
            seen.append((response.status, response.headers.get("Retry-After")))
    assert seen == [(429, "2"), (429, "2"), (200, None)]


async def test_a_json_rpc_error(node: LocalNode, http: ClientSession) -> None:
    node.faults.add(Fault("rpc", code=-32005, message="behind", data={"numSlotsBehind": 9}))
    answer = await rpc(http, node.url, "getSlot")
    assert answer["error"] == {"code": -32005, "message": "behind", "data": {"numSlotsBehind": 9}}


async def test_latency(node: LocalNode, http: ClientSession) -> None:
    node.faults.add(Fault("latency", ms=120))
    loop = asyncio.get_running_loop()
    start = loop.time()
    await rpc(http, node.url, "getSlot")
    assert 0.11 < loop.time() - start < 2


@pytest.mark.parametrize("kind", ["hang", "reset", "http"])
async def test_an_answer_lost_after_landing(
    node: LocalNode, http: ClientSession, payer: Keypair, kind: Any
) -> None:
    """The caller learns nothing, the transaction lands all the same."""
    node.faults.add(Fault(kind, method="sendTransaction", status=503, after=True, times=1))
    tx = payment(node, payer)
    params = [encoded(tx), BASE64]
    call = {"jsonrpc": "2.0", "id": 1, "method": "sendTransaction", "params": params}
    with pytest.raises((ClientError, TimeoutError)):
        async with http.post(node.url, json=call, timeout=ClientTimeout(0.3)) as response:
            response.raise_for_status()
    node.advance(1)
    assert node.chain.slot == landed(node, tx)


@pytest.mark.parametrize("kind", ["reset", "http"])
async def test_a_call_lost_before_it_was_carried_out(
    node: LocalNode, http: ClientSession, payer: Keypair, kind: Any
) -> None:
    node.faults.add(Fault(kind, status=500))
    with pytest.raises((ClientError, AssertionError)):
        await send(http, node, tx := payment(node, payer))
    node.advance(2)
    assert landed(node, tx) is None


async def test_faults_and_knobs_over_http(node: LocalNode, http: ClientSession) -> None:
    """What a test of another process turns."""
    rule = {"kind": "rpc", "method": "getSlot", "code": -1, "message": "no"}
    async with http.post(f"{node.url}/control/faults", json=rule) as response:
        assert await response.json() == {"id": 1}
    assert (await rpc(http, node.url, "getSlot"))["error"]["code"] == -1
    await (await http.delete(f"{node.url}/control/faults")).read()
    assert "result" in await rpc(http, node.url, "getSlot")
    async with http.post(f"{node.url}/control/faults", json={"kind": "flood"}) as response:
        assert response.status == 400
    async with http.post(f"{node.url}/control/chain", json={"slot_ms": 50}) as response:
        assert 50 == (await response.json())["slot_ms"] == node.chain.knobs.slot_ms
    slot = node.chain.slot
    async with http.post(f"{node.url}/control/advance", json={"slots": 4}) as response:
        assert slot + 4 == (await response.json())["slot"]
    async with http.post(f"{node.url}/control/fork", json={"blocks": 99}) as response:
        assert response.status == 400
    async with http.post(f"{node.url}/control/node", json={"healthy": False}) as response:
        assert response.status == 200
    assert (await rpc(http, node.url, "getHealth"))["error"]["code"] == -32005


def test_dice_repeat() -> None:
    """The same seed strikes the same calls; a rule ends after its times."""
    runs = []
    for _ in range(2):
        table = FaultTable("seed")
        table.add(Fault("drop", probability=0.3, times=5))
        runs.append([bool(table.draw("sendTransaction")) for _ in range(50)])
        assert table.rules == {}
    assert runs[0] == runs[1]
    assert sum(runs[0]) == 5


def test_unknown_faults_are_refused() -> None:
    with pytest.raises(ValueError, match="odds"):
        fault_from({"kind": "drop", "odds": 1})
