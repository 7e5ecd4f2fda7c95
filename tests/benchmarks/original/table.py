"""The figures of all rounds as one table: medians, and ours over the original's. Pure."""

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any, Final

Row = dict[str, Any]
FIGURES: Final[dict[str, Callable[[Row], float | None]]] = {
    "buys/s": lambda row: row["perSecond"],
    "submit p50, ms": lambda row: row["submitMs"].get("p50"),
    "submit p99, ms": lambda row: row["submitMs"].get("p99"),
    "submit → first progress p50, ms": lambda row: row["firstProgressMs"].get("p50"),
    "submit → first progress p99, ms": lambda row: row["firstProgressMs"].get("p99"),
    "submit → result p50, ms": lambda row: row["resultMs"].get("p50"),
    "submit → result p99, ms": lambda row: row["resultMs"].get("p99"),
    "landing → result p50, ms": lambda row: (row.get("landingToResultMs") or {}).get("p50"),
    "landing → result p99, ms": lambda row: (row.get("landingToResultMs") or {}).get("p99"),
    "CPU s per 1,000: api": lambda row: row["cpuSecondsPer1000"].get("api"),
    "CPU s per 1,000: worker": lambda row: row["cpuSecondsPer1000"].get("worker"),
    "CPU s per 1,000: projector": lambda row: row["cpuSecondsPer1000"].get("projector"),
    "CPU s per 1,000: Redis, or Kafka and Postgres": lambda row: row["cpuSecondsPer1000"]["store"],
    "CPU s per 1,000: all": lambda row: row["cpuSecondsPer1000"]["total"],
    "resident MB, all": lambda row: row["rssMb"]["total"],
    "RPC calls a buy": lambda row: row["rpcPerBuy"] or None,
    "disk bytes a buy": lambda row: row["diskBytesPerBuy"],
    "bought twice": lambda row: row["mistakes"]["double"],
    "lost": lambda row: row["mistakes"]["lost"],
    "told wrongly": lambda row: row["mistakes"]["wrong"],
    "told twice": lambda row: row["mistakes"]["repeated"],
    "unknown to REST afterwards": lambda row: row["mistakes"]["forgotten"],
}
COUNTED: Final = (
    "bought twice",
    "lost",
    "told wrongly",
    "told twice",
    "unknown to REST afterwards",
)
"""Added up over the rounds, and no ratio made of them."""


def table(rows: Sequence[Row]) -> str:
    """Write the rows of one cell as a Markdown table."""
    lines = []
    for pace in dict.fromkeys(row["pace"] for row in rows):
        here = [row for row in rows if row["pace"] == pace]
        systems = list(dict.fromkeys(row["system"] for row in here))
        lines += [
            f"| {pace} | {' | '.join(systems)} | ratio |",
            f"|---{'|---' * len(systems)}|---|",
        ]
        for name, read in FIGURES.items():
            values = {
                system: [v for r in here if r["system"] == system and (v := read(r)) is not None]
                for system in systems
            }
            if any(values.values()):
                lines.append(_line(name, values))
        lines.append("")
    return "\n".join(lines)


def _line(name: str, values: dict[str, list[float]]) -> str:
    if name in COUNTED:
        told = (f"{sum(found):g}" for found in values.values())
        return f"| {name} | {' | '.join(told)} | |"
    told = (_spread(found) for found in values.values())
    return f"| {name} | {' | '.join(told)} | {_ratio(values)} |"


def _spread(found: Sequence[float]) -> str:
    if not found:
        return "-"
    return f"{median(found):,.4g} ({min(found):,.4g} to {max(found):,.4g})"


def _ratio(values: dict[str, list[float]]) -> str:
    mine = values.get("ours")
    theirs = _first(found for system, found in values.items() if system != "ours")
    if not mine or not theirs or not median(theirs):
        return ""
    return f"{median(mine) / median(theirs):.2f}"


def _first(found: Iterable[list[float]]) -> list[float] | None:
    return next(iter(found), None)
