"""`buyq up` and `buyq demo`: a whole local stack, and a buy on it."""

import asyncio
from decimal import Decimal

import aiohttp

from buyq.demo.buy import Bought, buy
from buyq.demo.screen import DownloadBar, PhaseBar, Screen
from buyqueue.clock import SystemClock
from buyqueue.rpc import RpcNode
from sandbox.processes.crew import Part
from sandbox.processes.interrupts import interrupts
from sandbox.stack.stack import Running, Wanted, local_stack

RPC_TIMEOUT_MS = 10_000


async def run_stack(wanted: Wanted, screen: Screen, sol: Decimal | None, *, stay: bool) -> int:
    """Start everything, buy if asked to, stay up until Ctrl-C if asked to.

    Answers the exit code: 1 if the buy failed or a part ended by itself.
    """
    clock = SystemClock()
    began = clock.monotonic()
    code = 0
    with interrupts() as interrupted, DownloadBar(screen.console) as downloads:
        async with local_stack(wanted, downloads, screen.say) as running:
            if sol is not None:
                bought = await _buy(running, screen, sol, clock)
                code = 0 if bought.result["success"] else 1
                screen.result(bought, running, clock.monotonic() - began)
            if stay:
                screen.up(running)
                screen.say("Press Ctrl-C to stop everything; the state is kept.")
                if part := await _until(running, interrupted):
                    tail = part.child.tail() if part.child else ""
                    screen.console.print(f"[red]{part.name} ended by itself:[/]\n{tail}")
                    code = 1
            screen.say("Stopping")
    return code


async def _buy(running: Running, screen: Screen, sol: Decimal, clock: SystemClock) -> Bought:
    mint = next(iter(running.chain.mints.values()))
    screen.say(f"Buying {sol} SOL worth of {mint}")
    async with aiohttp.ClientSession() as session:
        node = RpcNode(session, running.places.rpc_url, RPC_TIMEOUT_MS)
        with PhaseBar(screen.console) as bar:
            return await buy(session, running.places.api_url, node, mint, sol, clock, bar.show)


async def _until(running: Running, interrupted: asyncio.Event) -> Part | None:
    """Wait for Ctrl-C, or for a part that ends by itself, and answer that part."""
    ended = asyncio.create_task(running.crew.first_end())
    asked = asyncio.create_task(interrupted.wait())
    done, waiting = await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    return ended.result() if ended in done else None
