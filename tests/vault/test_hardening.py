"""A worker's memory is its own: no core dump, and nobody of its user reads it."""

import asyncio
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from buyqueue.settings import Settings
from tests.vault.shop import Shop

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

SCRIPT = """
import ctypes, os, sys
from streams.hardening import forbid_dumps
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
print("soft", flush=True); sys.stdin.readline()
forbid_dumps()
print("hard", flush=True); sys.stdin.readline()
"""


def core_limit(pid: int) -> list[str]:
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("Max core file size")]
    return line.split()[4:6]


def test_after_it_nobody_may_read_its_memory() -> None:
    """The kernel gives /proc/<pid> of what must not be dumped to root."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (hard, hard)),  # noqa: PLW1509
    ) as child:  # fmt: skip
        assert child.stdin
        assert child.stdout
        memory = Path(f"/proc/{child.pid}/mem")
        assert child.stdout.readline() == "soft\n"
        assert memory.stat().st_uid == (65534 if os.geteuid() == 0 else os.geteuid())
        child.stdin.write("\n")
        child.stdin.flush()
        assert child.stdout.readline() == "hard\n"
        assert memory.stat().st_uid == 0
        assert core_limit(child.pid) == ["0", "0"]
        if os.geteuid() != 0:
            with pytest.raises(PermissionError):
                memory.open("rb")
        child.stdin.write("\n")


async def test_a_worker_does_so_at_its_start(shop: Shop) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "streams", env=os.environ | environment(shop.settings)
    )
    try:
        async with asyncio.timeout(30):
            while core_limit(process.pid) != ["0", "0"]:
                assert process.returncode is None
                await asyncio.sleep(0.1)
        process.terminate()
        async with asyncio.timeout(30):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def environment(settings: Settings) -> dict[str, str]:
    return {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "TOPIC_PARTITIONS": "4",
        "TOPIC_REPLICATION": "1",
        "SOLANA_RPC_URL": settings.solana_rpc_url[0],
        "JUPITER_URL": settings.jupiter_url,
        "VAULT_PRIVATE_KEY": settings.read_vault_private_key(),
    }
