"""Both systems on this machine, by turns: `just bench-original PATH [options]`.

PATH is a checkout of the original in which `npm install` was run; its load client is expected
beside it, with `npm ci` done there. Needs `node` and `redis-server`. Prints JSON, then a table.
"""

import argparse
import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Final

from solders.keypair import Keypair

from buyq.bench.run import scratch
from buyqueue.clock import SystemClock
from sandbox.processes.errors import ChildError
from tests.benchmarks.original.cells import Cell, Name, cells
from tests.benchmarks.original.measuring import measure
from tests.benchmarks.original.ours import ours
from tests.benchmarks.original.site import Site
from tests.benchmarks.original.table import table
from tests.benchmarks.original.theirs import theirs

STARTS: Final = 3
Rows = dict[str, list[dict[str, Any]]]


def site(
    name: Name, given: argparse.Namespace, home: Path, cell: Cell, wallets: int, workers: int
) -> AbstractAsyncContextManager[Site]:
    if name == "ours":
        return ours(home, cell, wallets, SystemClock(), workers)
    return theirs(given.original, home, cell, wallets)


async def one(
    name: Name, given: argparse.Namespace, cell: Cell, workers: int
) -> list[dict[str, Any]]:
    """Start a system, warm it up, and measure each of the cell's loads."""
    for attempt in range(1, STARTS + 1):
        try:
            return await _one(name, given, cell, workers)
        except ChildError as error:  # a port that was taken meanwhile, a machine too busy to start
            if attempt == STARTS:
                raise
            sys.stderr.write(f"{name} did not start, once more: {error}\n")
    raise AssertionError


async def _one(
    name: Name, given: argparse.Namespace, cell: Cell, workers: int
) -> list[dict[str, Any]]:
    needed = cell.warm_up.jobs + sum(pace.jobs for pace in cell.paces)
    clock = SystemClock()
    with scratch() as folder:
        home = folder / "home"
        home.mkdir(mode=0o711)
        async with site(name, given, home, cell, needed, workers) as running:
            keys = running.wallets or [str(Keypair()) for _ in range(needed)]
            await measure(running, given.client, cell.warm_up, keys[: cell.warm_up.jobs], clock)
            found, begin = [], cell.warm_up.jobs
            for pace in cell.paces:
                mine = keys[begin : begin + pace.jobs]
                begin += pace.jobs
                found.append(await measure(running, given.client, pace, mine, clock))
            return found


async def run(given: argparse.Namespace) -> None:
    rows: Rows = defaultdict(list)
    for number in range(given.rounds):
        for title in given.cells:
            for system, name, workers in _turns(given, cells(1)[title].systems):
                cell = cells(given.scale, workers)[title]
                for figures in await one(name, given, cell, workers):
                    row = {"cell": title, "system": system, "round": number} | figures
                    sys.stdout.write(json.dumps(row) + "\n")
                    sys.stdout.flush()
                    rows[title].append(row)
    for title, found in rows.items():
        sys.stdout.write(f"\n### {title}\n\n{table(found)}\n")


def _turns(given: argparse.Namespace, systems: Sequence[Name]) -> Iterator[tuple[str, Name, int]]:
    """Answer what runs in a round: its title, which system it is, and how many workers of ours."""
    for name in systems:
        if given.only in (None, name):
            numbers = given.workers if name == "ours" else [1]
            for workers in numbers:
                yield (f"ours, workers: {workers}" if len(numbers) > 1 else name), name, workers


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("original", type=Path, help="a checkout of the original")
    parser.add_argument("--client", type=Path, help="the load client, if it is elsewhere")
    parser.add_argument("--cells", nargs="+", default=list(cells(1)), choices=list(cells(1)))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="so many times the jobs")
    parser.add_argument("--workers", type=int, nargs="+", default=[1], help="of ours, by turns")
    parser.add_argument("--only", choices=["ours", "original", "documented"])
    given = parser.parse_args()
    given.original = given.original.resolve()
    if given.client is None:
        given.client = given.original.parent / "loadclient" / "loadclient.mjs"
    given.client = given.client.resolve()
    return given


if __name__ == "__main__":
    asyncio.run(run(_arguments()))
