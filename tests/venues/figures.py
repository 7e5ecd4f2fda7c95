"""Measure every market, on the real programs that are there: `python -m tests.venues.figures`.

Writes the rows of the table in docs/venues.md.
"""

import asyncio
from base64 import b64decode
from collections import Counter
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import aiohttp

from sandbox.solana.node import LocalNode
from tests.venues.bench import Bench, bench_on
from tests.venues.ground import SOL, Ground
from tests.venues.market import Market
from tests.venues.markets import MARKETS
from tests.venues.programs import missing

QUOTES = 20
BUYS = 5
COLUMNS = ("coin", "reads to quote", "quote, ms", "compute units", "bytes", "quote error")


@dataclass(frozen=True)
class Figures:
    """What a market was measured to take; quote error in base units, the greatest of the buys."""

    reads: int
    quote_ms: float
    units: tuple[int, int]
    size: int
    error: int
    received: int

    def row(self, name: str) -> str:
        low, high = (f"{round(units / 1_000)}k" for units in self.units)
        bps = self.error * 10_000 / self.received
        error = f"{bps:.2f} bps" if self.error else "0"
        cells = (name, self.reads, f"{self.quote_ms:.1f}", f"{low}-{high}", self.size, error)
        return f"| {' | '.join(map(str, cells))} |"


async def measure(market: Market) -> Figures:
    """Quote and buy on a chain of its own; a new wallet for each buy, which pays all rent."""
    calls: Counter[str] = Counter()
    async with LocalNode(paused=True) as node, aiohttp.ClientSession() as session:
        ground = Ground(node)
        ground.give(ground.maker.pubkey(), 100_000 * SOL)
        ground.load(market.needs)
        market.prepare(ground)
        mint = market.open(ground)
        quoting = bench_on(ground, session, observe=lambda *told: calls.update([told[1]]))
        times = []
        for _ in range(QUOTES):
            began = perf_counter()
            await quoting.router.quote(quoting.order(mint))
            times.append((perf_counter() - began) * 1_000)
        reads = calls.total() // QUOTES
        bought = [await buy(bench_on(ground, session), mint) for _ in range(BUYS)]
    units, sizes, errors, received = zip(*bought, strict=True)
    return Figures(
        reads, median(times), (min(units), max(units)), max(sizes), max(errors), min(received)
    )


async def buy(bench: Bench, mint: str) -> tuple[int, int, int, int]:
    offer, landed = await bench.buy(bench.order(mint))
    received = landed.fill.tokens_received
    error = abs(received - offer.figures.expected_out)
    units = int(landed.transaction["meta"]["computeUnitsConsumed"])
    return units, len(b64decode(offer.transaction)), error, received


async def main() -> None:
    """Print a row for each market, or why it cannot be measured."""
    head, line = " | ".join(COLUMNS), "|---" * len(COLUMNS)
    print(f"| {head} |\n{line}|")  # noqa: T201 - the table is what it is run for
    for market in MARKETS:
        why = missing(market.needs)
        print(f"{market.name}: {why}" if why else (await measure(market)).row(market.name))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
