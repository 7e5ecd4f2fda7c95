"""What is compared: which work, which durability, and which loads."""

from dataclasses import dataclass, replace
from typing import Final, Literal

Work = Literal["noop", "chain"]
Name = Literal["ours", "original", "documented"]
A_WORKER_PER_S: Final = 8
"""So that four workers with their servers and the load client leave two cores something."""


@dataclass(frozen=True, slots=True)
class Pace:
    """One load: `arguments` are the load client's."""

    name: str
    jobs: int
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A comparison. `synced`: both sides reach the disk before they acknowledge.

    Else both write and let the disk follow: Redis each second, Kafka as the kernel likes.
    `workers`: how many jobs the original's worker runs at once. `warm_up`: does not count, and is
    long enough for the compilers of Node and of Kafka's Java to have seen the hot paths.
    """

    name: str
    work: Work
    synced: bool
    workers: int
    paces: tuple[Pace, ...]
    warm_up: Pace
    systems: tuple[Name, ...] = ("original", "ours")


def closed(jobs: int, outstanding: int) -> Pace:
    """So many jobs outstanding, each until its result is on the socket."""
    return Pace(f"closed, {outstanding}", jobs, ("--concurrency", str(outstanding)))


def opened(jobs: int, per_second: int) -> Pace:
    """So many jobs a second, Poisson; latencies count from when a job was due."""
    return Pace(f"open, {per_second}/s", jobs, ("--rate", str(per_second), "--poisson"))


def cells(scale: float, workers: int = 1) -> dict[str, Cell]:
    """Answer the comparisons by name; `scale` multiplies the numbers of jobs.

    `workers`: how many of ours there are, to each of which `scale-out` gives the same load.
    """

    def jobs(count: int) -> int:
        return max(20, round(count * scale))

    noop = (closed(jobs(1_000), 50), opened(jobs(500), 50))
    chain = (closed(jobs(400), 100), opened(jobs(300), 50))
    grown = replace(
        opened(jobs(320) * workers, A_WORKER_PER_S * workers),
        name=f"open, {A_WORKER_PER_S}/s a worker",
    )
    found = (
        Cell("noop", "noop", synced=False, workers=50, paces=noop, warm_up=closed(500, 50)),
        Cell("noop-synced", "noop", synced=True, workers=50, paces=noop, warm_up=closed(500, 50)),
        Cell("chain", "chain", synced=False, workers=100, paces=chain, warm_up=closed(200, 100)),
        Cell(
            "chain-wide",
            "chain",
            synced=False,
            workers=250,
            paces=(closed(jobs(1_000), 250),),
            warm_up=closed(250, 250),
        ),
        Cell(
            "chain-documented",
            "chain",
            synced=False,
            workers=3,
            paces=(closed(jobs(60), 100),),
            warm_up=closed(60, 100),
            systems=("documented", "ours"),
        ),
        Cell(
            "scale-out",
            "noop",
            synced=False,
            workers=0,
            paces=(noop[0], grown),
            warm_up=closed(500, 50),
            systems=("ours",),
        ),
    )
    return {cell.name: cell for cell in found}


SLOT_MS: Final = 400
