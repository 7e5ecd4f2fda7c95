"""What a run costs the machine, process by process."""

from dataclasses import dataclass
from pathlib import Path

import psutil

from sandbox.processes.crew import Crew


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds and resident MB of one part, its children's too."""

    cpu_s: float
    rss_mb: float


def costs(crew: Crew) -> dict[str, Cost]:
    """Read what each running part has cost up to now."""
    return {part.name: _of(part.child.pid) for part in crew.parts if part.child is not None}


def cpu_by_part(before: dict[str, Cost], after: dict[str, Cost], buys: int) -> dict[str, float]:
    """Answer CPU seconds for 1,000 buys."""
    return {
        name: round((after[name].cpu_s - before[name].cpu_s) * 1000 / max(1, buys), 2)
        for name in before
    }


def bytes_under(folder: Path) -> int:
    """Answer the bytes on disk below a folder; files that vanish meanwhile are none."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_blocks * 512 if path.is_file() else 0
        except OSError:
            continue
    return total


def _of(pid: int) -> Cost:
    root = psutil.Process(pid)
    cpu = rss = 0.0
    for process in (root, *root.children(recursive=True)):
        try:
            times = process.cpu_times()
            cpu += times.user + times.system
            rss += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return Cost(cpu, round(rss / 2**20, 1))
