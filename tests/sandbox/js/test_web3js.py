"""The local node serves @solana/web3.js as published."""

import asyncio
import shutil
from pathlib import Path

import pytest

from sandbox.local_chain import local_chain

FLOW = Path(__file__).with_name("flow.mjs")


async def run(*argv: str, cwd: Path, within_s: float) -> tuple[int, str]:
    """Run a program; answer its exit code and everything that it wrote."""
    process = await asyncio.create_subprocess_exec(
        *argv, cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        written, _ = await asyncio.wait_for(process.communicate(), within_s)
    except TimeoutError:
        process.kill()
        written, _ = await process.communicate()
        return -1, f"took longer than {within_s} s:\n{written.decode()}"
    return process.returncode or 0, written.decode()


@pytest.fixture(scope="session")
async def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which web3.js is installed."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("needs node and npm")
    folder = tmp_path_factory.mktemp("web3js")
    install = ["install", "--no-audit", "--no-fund", "--prefix", str(folder), "@solana/web3.js@1"]
    code, written = await run(npm, *install, cwd=folder, within_s=90)
    if code:
        pytest.skip(f"npm could not install @solana/web3.js: {written[-300:]}")
    return folder


@pytest.mark.parametrize("symbol", ["SAND", "DUNE"])
async def test_web3js_pays_and_buys(packages: Path, symbol: str) -> None:
    """Airdrop, pay, confirm over the websocket on port + 1, fail with logs, buy a token, read."""
    script = packages / "flow.mjs"
    shutil.copy(FLOW, script)
    async with local_chain(slot_ms=50) as chain:
        where = chain.addresses
        argv = (str(script), where.rpc_url, where.jupiter_url, where.mints[symbol])
        code, written = await run("node", *argv, cwd=packages, within_s=60)
    assert code == 0, written
    assert written.rstrip().endswith("ok")
