"""Run scenarios and print their rows: `python -m tests.chaos.run [scenario|all] [count] [seed]`.

With `--traced` every process exports its spans, and keys are looked for in those, too.
"""

import asyncio
import logging
import sys
import time
from typing import TextIO

from tests.chaos.scenarios import SCENARIOS
from tests.chaos.stage import play
from tests.chaos.takeover import take_over
from tests.chaos.verdict import HEAD, Verdict

TAKEOVER = "takeover"
TRACED = "--traced"


def say(text: str, to: TextIO = sys.stdout) -> None:
    """Print at once, also into a pipe."""
    to.write(text + "\n")
    to.flush()


async def run(names: list[str], count: int | None, seed: int, *, traced: bool) -> int:
    """Play each scenario; answer how many promises were broken."""
    wrong = 0
    say(HEAD)
    for name in names:
        began = time.monotonic()
        if name == TAKEOVER:
            verdict = await take_over(count or 10, traced=traced)
        else:
            scenario, full = SCENARIOS[name]
            verdict = await play(scenario, count or full, seed, traced=traced)
        report(name, verdict)
        say(f"{name}: {time.monotonic() - began:.0f} s", sys.stderr)
        wrong += len(verdict.broken)
    return wrong


def report(name: str, verdict: Verdict) -> None:
    """Print the row, and to stderr why buys bought nothing, and each promise that was broken."""
    say(verdict.row)
    if verdict.unbought:
        codes = ", ".join(f"{count} {code}" for code, count in verdict.unbought.items())
        say(f"{name}: not bought: {codes}", sys.stderr)
    for one in verdict.broken:
        say(f"{name}: {one.kind} {one.job_id}: {one.what}", sys.stderr)


def main() -> int:
    """Exit with 1 if a promise was broken."""
    told = [word for word in sys.argv[1:] if word != TRACED]
    name = told[0] if told else "all"
    count = int(told[1]) if len(told) > 1 else None
    seed = int(told[2]) if len(told) > 2 else 1
    for library in ("aiokafka", "asyncio", "engineio", "socketio"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    names = [*SCENARIOS, TAKEOVER]
    if name not in {*names, "all"}:
        say(f"one of: all {' '.join(names)}", sys.stderr)
        return 2
    chosen = names if name == "all" else [name]
    return 1 if asyncio.run(run(chosen, count, seed, traced=TRACED in sys.argv)) else 0


if __name__ == "__main__":
    sys.exit(main())
