"""The README's first command, as a script runs it."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.state.lock import holder
from tests.stack.embedded import scratch

MINUTE = 60


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with scratch() as folder:
        yield folder / "home"


async def started(home: Path, *words: str) -> asyncio.subprocess.Process:
    """Run the command line."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "buyq", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"BUYQ_HOME": str(home)},
    )


async def ended(process: asyncio.subprocess.Process) -> tuple[int, str, str]:
    """Wait for its end, not for ever; answer its code and what it wrote."""
    try:
        async with asyncio.timeout(2 * MINUTE):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
    return process.returncode or 0, out.decode(), err.decode()


async def buyq(home: Path, *words: str) -> tuple[int, str, str]:
    """Run the command line to its end."""
    return await ended(await started(home, *words))


@pytest.mark.timeout(3 * MINUTE)
async def test_the_demo_buys_a_token_and_its_figures_match_the_chain(home: Path) -> None:
    """Run twice: the second start finds the state of the first."""
    for _ in range(2):
        code, out, err = await buyq(home, "demo", "--exit", "--json")
        assert 0 == code, err
        told = json.loads(out)
        result = told["result"]
        assert result["success"] is True
        assert told["lamports_before"] - told["lamports_after"] == int(result["lamportsSpent"])
        assert told["tokens_held"] == int(result["tokensReceived"]) > 0
        assert result["actualSolSpent"] == int(result["lamportsSpent"]) / 10**9


@pytest.mark.timeout(3 * MINUTE)
async def test_a_second_one_beside_the_first_says_so(home: Path) -> None:
    first = await started(home, "demo", "--exit", "--json")
    lock = home / "lock"
    async with asyncio.timeout(MINUTE):
        # The file outlives its holder: only this one's own pid says that it holds it now.
        while not (lock.exists() and holder(lock.read_text())[1] == first.pid):
            await asyncio.sleep(0.05)
    code, out, err = await buyq(home, "up")
    assert 1 == code
    assert "already running" in out + err
    assert 0 == (await ended(first))[0]


async def test_a_port_that_is_taken_is_named(home: Path) -> None:
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    code, out, err = await buyq(home, "up", "--port", str(port))
    server.close()
    assert (1, True) == (code, f"port {port}" in out + err)
