"""Faults of the RPC nodes and of the chain behind them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from sandbox.solana.faults import Fault
from sandbox.solana.listener import Listener
from tests.chaos.stage import Scenario, Stage

LASTS_S = 4.0
FAULTS: Final = (
    Fault("drop", "sendTransaction", probability=0.7),
    Fault("delay", "sendTransaction", slots=40),
    Fault("http", "*", status=429, probability=0.5),
    Fault("http", "*", status=503, probability=0.5),
    Fault("http", "sendTransaction", status=504, after=True),
    Fault("rpc", "*", code=-32005, message="node is behind", probability=0.5),
    Fault("rpc", "sendTransaction", code=-32002, message="Blockhash not found"),
    Fault("rpc", "sendTransaction", code=-32002, message="failed", after=True),
    Fault("latency", "*", ms=700),
    Fault("hang", "*", probability=0.3),
    Fault("hang", "sendTransaction", after=True),
    Fault("reset", "*", probability=0.5),
    Fault("reset", "*", probability=0.5, after=True),
)
CHAIN_TROUBLES: Final = ("slots are skipped", "fees rise beyond ours", "a fork")


async def trouble(stage: Stage, number: int) -> None:
    """One of the node's faults, or of the chain's, for some seconds."""
    stage.mark()
    node = stage.site.chain.node
    kinds = len(FAULTS) + len(CHAIN_TROUBLES)
    if number % kinds < len(FAULTS):
        rule = node.faults.add(FAULTS[number % kinds])
        await asyncio.sleep(LASTS_S)
        node.faults.remove(rule)
        return
    knobs = node.chain.knobs
    match CHAIN_TROUBLES[number % kinds - len(FAULTS)]:
        case "slots are skipped":
            knobs.skip_rate = 0.6
            await asyncio.sleep(LASTS_S)
            knobs.skip_rate = 0.0
        case "fees rise beyond ours":
            knobs.price_floor = 10**12
            await asyncio.sleep(LASTS_S)
            knobs.price_floor = 0
        case "a fork":
            for _ in range(8):  # of blocks that nobody has confirmed yet
                node.chain.roll_back(1)
                await asyncio.sleep(LASTS_S / 8)


async def disagree(stage: Stage, number: int) -> None:
    """One of two nodes lags, is gone, answers late or forgets; then it is the other's turn."""
    nodes: list[Listener] = [stage.site.chain.node.main, stage.site.chain.node._views[-1]]
    view = nodes[number % 2].view
    stage.mark()
    match number // 2 % 4:
        case 0:
            view.lag_slots = 30
        case 1:
            view.faults.add(Fault("hang", "*"))
        case 2:
            view.faults.add(Fault("reset", "*", probability=0.5))
            view.lag_slots = 10
        case _:
            view.faults.add(Fault("drop", "sendTransaction"))
            view.lag_slots = 60
    await asyncio.sleep(LASTS_S)
    view.faults.clear()
    view.lag_slots = 0


RPC = Scenario(
    "RPC node: 13 faults; chain: skipped slots, dear fees, forks",
    trouble,
    workers=1,
    between_s=(0.5, 1.5),
    stock=12,
    told={"rpc_timeout_ms": 1_500},
)


@asynccontextmanager
async def second_node(stage: Stage) -> AsyncIterator[None]:
    """Serve the chain from a second node, and let the workers use both."""
    listener = await stage.site.chain.node.add_view()
    for worker in list(stage.workers):
        await stage.kill(worker)
    both = f"{stage.site.chain.node.url},{listener.url}"
    await stage.worker(SOLANA_RPC_URL=both)
    yield


TWO_NODES = replace(
    RPC,
    fault="two RPC nodes that lag, fail and disagree in turn",
    strike=disagree,
    prepare=second_node,
)
