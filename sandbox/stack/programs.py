"""Our own programs as parts of a local stack."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from sandbox.local_chain import ADDRESSES_FILE, Addresses
from sandbox.processes.command import Command
from sandbox.processes.program import Program
from sandbox.stack.places import Places

MODULES = {"api": "api", "worker": "streams", "projector": "projections"}
PROBE_TIMEOUT = aiohttp.ClientTimeout(total=2.0)


def program(
    name: str, logs: Path, told: Mapping[str, str], places: Places, module: str | None = None
) -> Program:
    """Make the api, worker or projector, from its own module or from another one.

    The api is ready when it says so; the others work from the log, so nobody waits for them.
    """

    async def api_ready() -> bool:
        return await answers(f"{places.api_url}/health/ready")

    async def at_once() -> bool:
        return True

    argv = (sys.executable, "-m", module or MODULES[name])
    # Another project's .env must not reach it: it runs in the folder of its logs.
    command = Command(name, argv, logs / f"{name}.log", env={**os.environ, **told}, cwd=logs)
    return Program(command, api_ready if name == "api" else at_once)


def chain_program(
    logs: Path, state: Path, places: Places, slot_ms: int, real: Path | None = None
) -> Program:
    """Make the local Solana with its Jupiter, which writes where it is to a file.

    `real` is a folder of real programs and accounts.
    """

    async def ready() -> bool:
        return await answers(f"{places.rpc_url}/health")

    argv = (
        *(sys.executable, "-m", "sandbox.local_chain", str(state)),
        *("--rpc-port", str(places.rpc), "--jupiter-port", str(places.jupiter)),
        *("--slot-ms", str(slot_ms)),
        *(("--programs", str(real.resolve())) if real else ()),
    )
    addresses_of(state).unlink(missing_ok=True)
    return Program(Command("chain", argv, logs / "chain.log", cwd=logs), ready)


def addresses_of(state: Path) -> Path:
    """Answer the file in which the local chain says where it is."""
    return state / ADDRESSES_FILE


def read_addresses(state: Path) -> Addresses:
    """Read where the local chain is; OSError before it has started."""
    return Addresses(**json.loads(addresses_of(state).read_text()))


async def answers(url: str) -> bool:
    """Tell whether a GET is answered with 200."""
    try:
        async with (
            aiohttp.ClientSession(timeout=PROBE_TIMEOUT) as session,
            session.get(url) as answer,
        ):
            return answer.status == 200
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False
