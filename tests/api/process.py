"""The program as a child."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process

import aiohttp

from buyqueue.settings import Settings


async def program(settings: Settings, **other: str) -> Process:
    environment = os.environ | {
        "PORT": str(settings.port),
        "AUTH": settings.auth,
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "SOLANA_RPC_URL": ",".join(settings.solana_rpc_url),
        "VAULT_PUBLIC_KEY": settings.vault_public_key or "",
        "TOPIC_PARTITIONS": "4",
        "TOPIC_REPLICATION": "1",
        "SUBMIT_TIMEOUT_MS": "2000",
        "LOG_JSON": "true",
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api", env=environment | other, stdout=PIPE, stderr=PIPE
    )


async def until_ready(session: aiohttp.ClientSession, url: str, process: Process) -> None:
    while True:
        try:
            async with session.get(f"{url}/health/ready") as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientConnectorError:
            assert process.returncode is None
        await asyncio.sleep(0.1)
