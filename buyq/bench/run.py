"""`buyq bench load`: a load on a whole local stack, its speed, its cost and its mistakes."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from buyq.bench.costs import bytes_under, costs, cpu_by_part
from buyq.bench.load import Load, Pace, balances, funded
from buyq.bench.samples import (
    between,
    chain_alone,
    landing_to_result,
    wall_over_chain,
    wrong,
)
from buyq.bench.slots import watched
from buyq.bench.work import rpc_calls
from buyqueue.clock import Clock
from buyqueue.rpc import RpcNode
from sandbox.kafka.progress import Progress
from sandbox.stack.stack import Running, Say, Wanted, local_stack

RPC_TIMEOUT_MS = 10_000
WARM_UP = 20


@contextmanager
def scratch() -> Iterator[Path]:
    """Have a folder that is gone afterwards.

    Root's Postgres runs as another account, which passes through it without being able to list.
    """
    with tempfile.TemporaryDirectory(prefix="buyq-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        yield home


async def bench(
    pace: Pace, slot_ms: int, clock: Clock, progress: Progress, say: Say
) -> dict[str, Any]:
    """Start a fresh stack, load it and answer the figures, JSON-ready."""
    with scratch() as home:
        wanted = Wanted(home / "state", "bench", fresh=True, slot_ms=slot_ms)
        async with local_stack(wanted, progress, say) as running:
            return await measured(running, wanted.home, pace, clock, say)


async def measured(
    running: Running, home: Path, pace: Pace, clock: Clock, say: Say
) -> dict[str, Any]:
    """Warm the stack up, load it, and compare what it told with what the chain holds."""
    places, mint = running.places, next(iter(running.chain.mints.values()))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        node = RpcNode(session, places.rpc_url, RPC_TIMEOUT_MS)
        say("Making wallets")
        wallets = await funded(node, WARM_UP + pace.buys, clock)
        warm, real = wallets[:WARM_UP], wallets[WARM_UP:]
        await Load(session, places.api_url, mint, clock).run(warm, Pace(WARM_UP, WARM_UP))
        say(f"Buying {pace.buys} times")
        had, cost, calls = (
            await balances(node, real),
            costs(running.crew),
            await rpc_calls(session, places),
        )
        disk = bytes_under(home)
        load = Load(session, places.api_url, mint, clock)
        async with watched(session, running.chain.ws_url, clock) as confirmed:
            began = clock.monotonic()
            await load.run(real, pace)
            took = clock.monotonic() - began
        after, asked = costs(running.crew), await rpc_calls(session, places) - calls
        has = await balances(node, real)
        await load.note_sending()
    spent = {wallet: had[wallet] - has[wallet] for wallet in had}
    bought = [one for one in load.everything if one.result and one.result["success"]]
    return {
        "buys": pace.buys,
        "pace": f"open, {pace.per_second:g}/s"
        if pace.per_second
        else f"closed, {pace.concurrency}",
        "bought": len(bought),
        "refused": sum(one.refused is not None for one in load.everything),
        "wrong": wrong(load.everything, spent),
        "buysPerSecond": round(len(bought) / took, 1),
        "submitMs": between(load.everything, "asked_at", "answered_at"),
        "submitToFirstProgressMs": between(load.everything, "asked_at", "first_progress_at"),
        "submitToResultMs": between(load.everything, "asked_at", "result_at"),
        "landingToResultMs": landing_to_result(load.everything, confirmed),
        "chainAloneMs": chain_alone(load.everything, confirmed),
        "wallOverChain": wall_over_chain(load.everything, confirmed),
        "cpuSecondsPer1000": cpu_by_part(cost, after, pace.buys),
        "rssMb": {name: one.rss_mb for name, one in after.items()},
        "rpcCallsPerBuy": round(asked / max(1, pace.buys), 1),
        "diskBytesPerBuy": (bytes_under(home) - disk) // max(1, pace.buys),
    }
