"""The chain survives being killed."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from sandbox.solana.ledger.chain import Chain
from tests.sandbox.transactions import SOL, encoded, rpc, sign_own_slot

CONFIRMED = {"commitment": "confirmed"}


async def start(folder: Path) -> tuple[asyncio.subprocess.Process, dict[str, Any]]:
    """Run the local chain as a process of its own; answer its addresses."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox.local_chain",
        "--slot-ms=20",
        str(folder),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    return process, json.loads(line)


async def kill(process: asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGKILL)
    await process.wait()
    # The pipe's transport closes a moment after the process is reaped.
    await asyncio.sleep(0.05)


async def until_confirmed(http: ClientSession, url: str, signature: str) -> dict[str, Any]:
    for _ in range(500):
        answer = await rpc(http, url, "getSignatureStatuses", [signature])
        status: dict[str, Any] | None = answer["result"]["value"][0]
        if status and status["confirmationStatus"] != "processed":
            return status
        await asyncio.sleep(0.02)
    raise AssertionError("not confirmed")


async def test_kill_nine_loses_nothing_landed(tmp_path: Path, http: ClientSession) -> None:
    """Balances, transactions, mints, blockhashes: all as before; the market is not set up anew."""
    buyer = Keypair()
    process, first = await start(tmp_path)
    url = first["rpc_url"]
    drop = (await rpc(http, url, "requestAirdrop", str(buyer.pubkey()), SOL))["result"]
    await until_confirmed(http, url, drop)
    params = {
        "inputMint": "So11111111111111111111111111111111111111112",
        "outputMint": first["mints"]["DUNE"],
        "amount": str(SOL // 2),
        "taker": str(buyer.pubkey()),
    }
    async with http.get(f"{first['jupiter_url']}/order", params=params) as response:
        order = await response.json()
    wire = encoded(sign_own_slot(order["transaction"], buyer))
    sent = {"encoding": "base64", "skipPreflight": True}
    bought = (await rpc(http, url, "sendTransaction", wire, sent))["result"]
    before = await until_confirmed(http, url, bought)
    shape = {"commitment": "confirmed", "maxSupportedTransactionVersion": 0}
    landed = await rpc(http, url, "getTransaction", bought, shape)
    balance = await rpc(http, url, "getBalance", str(buyer.pubkey()), CONFIRMED)
    await kill(process)

    process, second = await start(tmp_path)
    url = second["rpc_url"]
    try:
        after = await until_confirmed(http, url, bought)
        again = await rpc(http, url, "getTransaction", bought, shape)
        kept = await rpc(http, url, "getBalance", str(buyer.pubkey()), CONFIRMED)
        checked = {"encoding": "base64", "preflightCommitment": "confirmed"}
        resent = await rpc(http, url, "sendTransaction", wire, checked)
    finally:
        await kill(process)
    assert first["mints"] == second["mints"]
    assert before["slot"] == after["slot"]
    assert landed["result"] == again["result"]
    assert balance["result"]["value"] == kept["result"]["value"]
    assert resent["error"]["data"]["err"] == "AlreadyProcessed"


def test_a_reopened_chain_is_the_same_chain(tmp_path: Path) -> None:
    """Reads at every commitment, the seed, expiry and rollback continue where they were."""
    path, wallet = tmp_path / "chain.sqlite", Keypair().pubkey()
    chain = Chain(path=path, seed="one")
    for _ in range(40):
        chain.airdrop(wallet, SOL)
        chain.advance(1)
    chain.put_account(Keypair().pubkey(), None)
    seen = [chain.bank(level).lamports(wallet) for level in ("processed", "finalized")]
    tip, count = chain.tip, len(chain.history)
    chain.close()
    chain = Chain(path=path, seed="two")
    assert chain.seed == "one"
    assert (tip, count) == (chain.tip, len(chain.history))
    assert seen == [chain.bank(level).lamports(wallet) for level in ("processed", "finalized")]
    chain.roll_back(10, requeue=False)
    rolled = chain.bank("processed").lamports(wallet)
    chain.close()
    chain = Chain(path=path)
    assert 30 * SOL == rolled == chain.bank("processed").lamports(wallet)
    assert count - 10 == len(chain.history)
    chain.close()


def test_a_loaded_program_is_still_there(tmp_path: Path) -> None:
    """Its data is restored before the account that points to it."""
    path, program, payer = tmp_path / "chain.sqlite", Pubkey.new_unique(), Keypair()
    chain = Chain(path=path)
    memo = chain.accounts.now(Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"))
    assert memo is not None
    chain.add_program(program, memo.data)
    chain.airdrop(payer.pubkey(), SOL)
    chain.advance(1)
    for word in (b"before", b"after"):
        call = Instruction(program, word, [])
        message = MessageV0.try_compile(payer.pubkey(), [call], [], chain.tip.blockhash)
        signature = chain.submit(VersionedTransaction(message, [payer]))
        chain.advance(1)
        record = chain.history.get(signature)
        assert record is not None
        assert record.outcome.err is None
        chain.close()
        chain = Chain(path=path)
    chain.close()
