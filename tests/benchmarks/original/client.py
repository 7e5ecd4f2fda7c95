"""The load client, one for both systems: it knows only the routes and messages they share."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.original.cells import Pace

# The client's own times count from its start, so it is made to say when that was.
_TELL_START = "data:text/javascript,console.error('origin ' + performance.timeOrigin)"


@dataclass(frozen=True, slots=True)
class Heard:
    """What one run of the client saw."""

    report: dict[str, Any]
    job_of_wallet: dict[int, str]
    """The job that was accepted for the wallet with this number."""
    results: dict[str, list[dict[str, Any]]]
    """Every result that came, by job."""
    result_at: dict[str, float]
    """When the first of them came, in unix seconds."""


async def run_client(
    script: Path, url: str, token: str, pace: Pace, folder: Path, wallets: list[str] | None
) -> Heard:
    """Load a system and answer what was seen of it; `wallets` are secret keys."""
    events, acks = folder / "events.ndjson", folder / "acks.ndjson"
    told = ["--url", url, "--token", token, "--jobs", str(pace.jobs), *pace.arguments]
    told += ["--users", "10", "--status-check", "none", "--timeout", "120"]
    told += ["--events", str(events), "--acks", str(acks)]
    if wallets:
        file = folder / "wallets.json"
        file.write_text(json.dumps(wallets))
        told += ["--wallets", str(file), "--amount", "0.05"]
    process = await asyncio.create_subprocess_exec(
        *("node", "--import", _TELL_START, str(script)),
        *told,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise RuntimeError(f"the load client failed:\n{said.decode()}")
    origin = float(said.decode().split("origin ")[1].split()[0])
    return _read(json.loads(out), events, acks, origin)


def _read(report: dict[str, Any], events: Path, acks: Path, origin_ms: float) -> Heard:
    jobs: dict[int, str] = {}
    results: dict[str, list[dict[str, Any]]] = {}
    result_at: dict[str, float] = {}
    for line in map(json.loads, acks.read_text().splitlines()):
        if line["jobId"] is not None:
            jobs[int(line["i"])] = str(line["jobId"])
    for line in map(json.loads, events.read_text().splitlines()):
        if line["e"] == "result":
            job = str(line["p"]["jobId"])
            results.setdefault(job, []).append(line["p"])
            result_at.setdefault(job, (origin_ms + line["t"]) / 1000)
    return Heard(report, jobs, results, result_at)
