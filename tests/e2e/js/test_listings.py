"""The original's listings, with a stock socket.io-client and plain curl."""

import asyncio
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.docs.markdown import README, listings
from tests.e2e.conftest import Service
from tests.e2e.js.running import heard
from tests.npm import installed, run

LISTING = Path(__file__).with_name("vanilla.mjs")


@pytest.fixture(scope="module")
async def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which socket.io-client is installed."""
    return await installed(tmp_path_factory.mktemp("socketio"), "socket.io-client@4")


async def test_the_vanilla_listing_shows_four_phases_and_a_result(
    packages: Path, service: Service
) -> None:
    script = packages / LISTING.name
    shutil.copy(LISTING, script)
    buyer = await service.buyer()
    argv = (str(script), service.url, service.mint, str(buyer), "vanilla")
    code, written = await run("node", *argv, cwd=packages, within_s=60)
    assert 0 == code, written
    lines = written.splitlines()
    assert [
        "Progress: 10% - Buy Operation Started",
        "Progress: 35% - Preparing Wallet",
        "Progress: 70% - Executing Purchase",
        "Progress: 100% - Operation Completed",
    ] == list(dict.fromkeys(line for line in lines if line.startswith("Progress")))
    result = json.loads(next(line for line in lines if line.startswith("Result: "))[8:])
    assert result["success"] is True


async def test_the_readmes_socket_listing_shows_four_phases_and_the_result(
    packages: Path, service: Service
) -> None:
    (listing,) = [one.text for one in listings(README) if one.language == "js"]
    written = await heard(packages, listing, service.url, service.body(await service.buyer()))
    lines = list(dict.fromkeys(written.splitlines()))
    assert [
        "10% Buy Operation Started",
        "35% Preparing Wallet",
        "70% Executing Purchase",
        "100% Operation Completed",
    ] == lines[:-1]
    assert re.fullmatch(r"true [1-9A-HJ-NP-Za-km-z]{86,88}", lines[-1])


async def test_curl_starts_a_buy_and_asks_for_its_status(service: Service) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("needs curl")
    buyer = await service.buyer()
    body = json.dumps(service.body(buyer, userId="curl", slippage=3, priorityFee=0.002))
    start = ["-sS", "-X", "POST", f"{service.url}/api/external-buy/start"]
    head = ["-H", "Content-Type: application/json", "-d", body]
    code, written = await run(curl, *start, *head, cwd=Path.cwd(), within_s=20)
    assert 0 == code, written
    started = json.loads(written)
    assert (True, "queued") == (started["success"], started["data"]["status"])
    url = f"{service.url}/api/external-buy/job/{started['jobId']}/status"
    async with asyncio.timeout(40):
        while True:
            code, written = await run(curl, "-sS", url, cwd=Path.cwd(), within_s=20)
            status = json.loads(written)["data"]
            if status["status"] == "completed":
                break
            await asyncio.sleep(0.2)
    assert (4, 4, "Operation Completed", 100) == (
        status["progress"]["phase"],
        status["progress"]["totalPhases"],
        status["progress"]["phaseTitle"],
        status["progress"]["progress"],
    )
    assert status["result"]["success"] is True
    assert status["result"]["platform"] == "jupiter"
