"""The BullMQ original beside this service: `python -m tests.chaos.comparison FOLDER [fault …]`.

Each fault strikes the original, the original hardened, and this service, one after the other, by
the same schedule with the same dice. FOLDER has the original, its packages installed.
"""

import asyncio
import logging
import random
import statistics
import sys
import time
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

from tests.chaos.comparison.buyers import Buyers, buyers_of
from tests.chaos.comparison.original import original
from tests.chaos.comparison.ours import ours
from tests.chaos.comparison.schedule import TRIALS, Trial
from tests.chaos.comparison.system import Start, System
from tests.chaos.orders import flowing
from tests.chaos.run import say

SETTLE_S = 240.0
AFTER_S = 5.0
HEAD = (
    "| fault | system | strikes | buys | double | lost | wrong | results missed | never told | told"
    " its end after, p50 / max |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


async def held(trial: Trial, system: System) -> str:
    """Let the fault strike while buys flow, wait until all have ended, and count."""
    dice = random.Random(1)  # the same faults for every system
    async with buyers_of(system) as buyers:
        async with flowing(buyers.buy, trial.per_second):
            for _ in range(trial.count):
                await trial.strike(system, buyers, dice)
        until = time.monotonic() + SETTLE_S
        while buyers.open and time.monotonic() < until:
            await asyncio.sleep(0.5)
        await asyncio.sleep(AFTER_S)
        return row(trial, system, buyers)


def row(trial: Trial, system: System, buyers: Buyers) -> str:
    """Count what came of it."""
    purchases, known = system.chain.purchases(), list(buyers.buys.values())
    double = sum(count > 1 for count in purchases.values())
    lost = sum(one.ended is None and not purchases.get(one.wallet) for one in known)
    wrong = sum(
        one.success is not None and one.success != bool(purchases.get(one.wallet)) for one in known
    )
    missed = sum(not one.heard for one in known)
    untold = sum(one.ended is None for one in known)
    took = [one.ended - one.accepted for one in known if one.ended]
    times = f"{statistics.median(took):.1f} s / {max(took):.1f} s" if took else "-"
    counts = " | ".join(map(str, (trial.count, len(known), double, lost, wrong, missed, untold)))
    return f"| {trial.fault} | {system.name} | {counts} | {times} |"


async def compare(path: Path, words: list[str]) -> None:
    """Print a row for each fault and system."""
    say(HEAD)
    for trial in TRIALS:
        if words and not any(word in trial.fault for word in words):
            continue
        starts: list[Start] = [
            partial(_original, path, hardened=False),
            partial(_original, path, hardened=True),
            ours,
        ]
        for start in starts:
            async with start(errs=trial.errs) as system:
                say(await held(trial, system))


def _original(path: Path, *, errs: bool, hardened: bool) -> AbstractAsyncContextManager[System]:
    return original(path, hardened=hardened, errs=errs)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("which folder has the original?")
    for library in ("aiokafka", "asyncio", "engineio", "socketio"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    asyncio.run(compare(Path(sys.argv[1]).resolve(), sys.argv[2:]))
