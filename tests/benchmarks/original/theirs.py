"""The original, from a checkout that its user has installed: Redis, api, worker."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from sandbox.kafka.config import Ports
from sandbox.local_chain import Addresses
from sandbox.processes.command import Command
from sandbox.processes.crew import Crew
from sandbox.processes.program import Program
from sandbox.stack.places import Places
from sandbox.stack.programs import chain_program, read_addresses
from sandbox.state.ports import HOST, free_port
from tests.benchmarks.original.cells import SLOT_MS, Cell
from tests.benchmarks.original.site import Site

NO_TOKEN: Final = "So11111111111111111111111111111111111111112"  # noqa: S105 - a mint
ROLES: Final = {"redis": "store", "api": "api", "worker": "worker", "chain": "chain"}
OF_THE_MARKET: Final = frozenset({"getLatestBlockhash"})
"""Its small Jupiter builds transactions; ours is in the chain's own process, and asks no node."""


@asynccontextmanager
async def theirs(checkout: Path, home: Path, cell: Cell, wallets: int) -> AsyncIterator[Site]:
    """Have the original run while the context lasts."""
    redis, port, market = free_port(), free_port(), free_port()
    ledger = home / "ledger.ndjson"
    shared = os.environ | {
        "REDIS_URL": f"redis://{HOST}:{redis}",
        "HOST": HOST,
        "PORT": str(port),
        "NODE_ENV": "production",
        "RATE_LIMIT_PER_MINUTE": "0",
        "WORKER_CONCURRENCY": str(cell.workers),
        "DEFAULT_PLATFORM": "noop",
        "NOOP_LEDGER": str(ledger),
    }
    tier = "always" if cell.synced else "everysec"
    data = home / "redis"
    data.mkdir()
    url = f"http://{HOST}:{port}"
    async with Crew() as crew:
        chain: Addresses | None = None
        token, keys = NO_TOKEN, list[str]()
        if cell.work == "chain":
            chain = await _chain(crew, home)
            shared |= {
                "DEFAULT_PLATFORM": "jupiter",
                "JUPITER_BASE_URL": f"http://{HOST}:{market}",
                "SOLANA_RPC_URL": chain.rpc_url,
            }
            token, keys = await _market(crew, checkout, home, market, wallets, shared)
        conf = (f"redis-{tier}.conf", "--port", str(redis), "--dir", str(data))

        def part(name: str, argv: tuple[str, ...], probe: Callable[[], Awaitable[bool]]) -> Program:
            command = Command(name, argv, home / f"{name}.log", env=shared, cwd=checkout)
            return Program(command, probe)

        await crew.add(part("redis", ("redis-server", *conf), partial(_listens, redis)))
        await crew.add(
            part("api", ("node", "src/server.js"), partial(_listens, port)),
            part("worker", ("node", "src/worker.js"), _at_once),
        )
        yield Site(url, crew, home, token, chain, ledger, keys, ROLES, OF_THE_MARKET)


async def _chain(crew: Crew, home: Path) -> Addresses:
    """Start the same local Solana as on our side; only its own ports count."""
    here = Places(0, Ports(0, 0), 0, free_port(), free_port(), {})
    state = home / "chain"
    state.mkdir()
    await crew.add(chain_program(home, state, here, SLOT_MS))
    return read_addresses(state)


async def _market(
    crew: Crew, checkout: Path, home: Path, port: int, wallets: int, env: Mapping[str, str]
) -> tuple[str, list[str]]:
    """Start the original's own small Jupiter, which makes wallets with play money.

    Answers its mint and the wallets' secret keys.
    """
    out, rpc = home / "market.json", env["SOLANA_RPC_URL"]
    told = ("--rpc", rpc, "--port", str(port), "--wallets", str(wallets), "--out", str(out))
    argv = ("node", "chain/mini-jupiter.mjs", *told)
    command = Command("market", argv, home / "market.log", env=env, cwd=checkout)
    await crew.add(Program(command, partial(_listens, port), ready_within_ms=120_000))
    made = json.loads(out.read_text())
    return str(made["mint"]), list(made["wallets"])


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True


async def _at_once() -> bool:
    return True
