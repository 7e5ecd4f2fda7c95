"""The local node serves @solana/web3.js as published."""

import shutil
from pathlib import Path

import pytest

from sandbox.local_chain import local_chain
from tests.npm import installed, run

FLOW = Path(__file__).with_name("flow.mjs")


@pytest.fixture(scope="session")
async def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which web3.js is installed."""
    return await installed(tmp_path_factory.mktemp("web3js"), "@solana/web3.js@1")


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
