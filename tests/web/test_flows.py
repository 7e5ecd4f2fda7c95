"""What somebody sees who buys on the page, in a real browser on the real service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from aiohttp import web
from solders.keypair import Keypair

from buyq.client import BuyClient
from buyqueue.clock import SystemClock
from buyqueue.log.journal import Journal
from sandbox.solana.faults import Fault
from tests.api.proxy import Wire, wired
from tests.controls.events import cancelled
from tests.e2e.conftest import Service
from tests.web.browser import driven


async def played(service: Service, scenario: str, **other: object) -> dict[str, Any]:
    told = {"scenario": scenario, "url": service.url, "mint": service.mint} | other
    if "key" not in told:
        told["key"] = str(await service.buyer())
    found: dict[str, Any] = await driven("flows", told)
    return found


async def test_a_buy_shows_four_phases_and_one_result_and_its_key_never_leaves(
    service: Service,
) -> None:
    assert {
        "titles": [
            "Buy Operation Started",
            "Preparing Wallet",
            "Executing Purchase",
            "Operation Completed",
        ],
        "results": [True],
        "leaked": False,
        "sealed": True,
        "percent": "100%",
    } == await played(service, "submit")


async def test_a_connection_that_is_cut_across_the_result_misses_and_doubles_nothing(
    service: Service, client: BuyClient
) -> None:
    parts = urlsplit(service.url)
    assert parts.hostname
    assert parts.port
    async with wired(parts.hostname, parts.port) as wire, desk(wire, client) as address:
        url = f"http://127.0.0.1:{wire.port}"
        seen = await played(service, "cut", url=url, wire=address)
    assert seen["events"] == seen["distinct"]
    assert (1, 1) == (seen["ends"], seen["rows"])
    assert "completed" == seen["atCut"]


@asynccontextmanager
async def desk(wire: Wire, client: BuyClient) -> AsyncIterator[str]:
    """Where the browser's script asks for the cut, and how the buy stood when it was mended."""
    statuses: dict[str, str] = {}

    async def cut(_request: web.Request) -> web.Response:
        await wire.cut()
        return web.Response()

    async def mend(_request: web.Request) -> web.Response:
        await wire.start()
        return web.Response()

    async def status(request: web.Request) -> web.Response:
        job_id = request.match_info["job"]
        statuses[job_id] = (await client.status(job_id)).status
        return web.json_response(statuses[job_id])

    app = web.Application()
    app.add_routes([web.get("/cut", cut), web.get("/mend", mend), web.get("/status/{job}", status)])
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_two_tabs_see_the_same_and_another_user_nothing(service: Service) -> None:
    assert {"same": True, "rows": [1, 1], "others": 0} == await played(service, "tabs")


async def test_a_buy_that_waits_is_cancelled_by_keyboard(service: Service) -> None:
    faults = service.chain.jupiter.faults
    faults.add(Fault("latency", ms=5_000))
    try:
        seen = await played(service, "cancel")
    finally:
        faults.clear()
    assert {"sentence": "Cancelled. Nothing was bought."} == seen


async def test_a_buy_that_cannot_be_paid_says_so(service: Service) -> None:
    seen = await played(service, "fails", key=str(Keypair()))
    assert seen["sentence"].startswith("Insufficient balance")
    assert "35%" == seen["percent"]
    assert "failed" in seen["row"]


async def test_an_event_that_came_too_late_is_shown_with_the_reason(
    service: Service, client: BuyClient
) -> None:
    buyer = await service.buyer()
    async with client.live("flow-ignored") as live, asyncio.timeout(60):
        body = service.body(buyer, userId="flow-ignored")
        job_id = (await client.send(body, "flow-ignored")).job_id
        _ = [message async for message in live.of_job(job_id)]
    clock = SystemClock()
    late = {"job_id": UUID(job_id), "event_id": clock.new_id(), "occurred_at": clock.now()}
    journal = Journal(service.kafka, client_id="test", timeout_ms=20_000)
    await journal.start()
    try:
        await journal.append(cancelled().model_copy(update=late))
    finally:
        await journal.stop()
    seen = await played(service, "ignored", jobId=job_id, key="")
    assert {
        "ignored": ["Cancel asked for"],
        "why": ["Ignored: already completed"],
        "counted": 0,
    } == seen


async def test_a_wrong_key_is_refused_at_its_field(service: Service) -> None:
    seen = await played(service, "refused", key="")
    assert "64 bytes" in str(seen["error"])
    assert (0, []) == (seen["rows"], seen["complaints"])


async def test_a_buy_is_found_again(service: Service) -> None:
    assert {"found": True} == await played(service, "search")


async def test_a_wallet_of_the_browser_signs_and_refuses_and_no_key_is_sent(
    service: Service,
) -> None:
    buyer = await service.buyer()
    address = str(buyer.pubkey())
    seen = await played(service, "wallet", key="", seed=list(buyer.secret()), address=address)
    starts = seen["starts"]
    assert isinstance(starts, list)
    assert [{"client"}, {address}] == [
        {start[name] for start in starts} for name in ("custody", "wallet")
    ]
    assert not {"walletPrivateKey", "sealedWalletKey"} & {
        name for start in starts for name in start
    }
    assert ([address], 2, 1) == (seen["wallets"], seen["answers"], seen["code"])


@pytest.mark.parametrize("connects_late_ms", [0, 5_000])
async def test_the_originals_listing_hears_its_buy_unchanged(
    service: Service, connects_late_ms: int
) -> None:
    """Also where the buy is over before its socket is connected."""
    told = {"url": service.url, "mint": service.mint, "key": str(await service.buyer())}
    written = await driven("seed", {**told, "connectsLateMs": connects_late_ms})
    assert [
        "Progress: 10% - Buy Operation Started",
        "Progress: 35% - Preparing Wallet",
        "Progress: 70% - Executing Purchase",
        "Progress: 100% - Operation Completed",
    ] == list(dict.fromkeys(written))
