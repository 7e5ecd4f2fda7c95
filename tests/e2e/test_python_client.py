"""The Python client and the commands, on the whole service, as docs/python.md shows them."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from solders.keypair import Keypair
from typer.testing import CliRunner, Result

from buyq.cli import app
from buyq.client import CREATED, PROGRESS, RESULT, ApiError, BuyClient, Live, Order, WalletKey
from sandbox.state.ports import free_port
from tests.api.proxy import Wire, wired
from tests.canaries import canaries
from tests.docs.markdown import ROOT, listings
from tests.e2e.conftest import Service

PAGE = ROOT / "docs" / "python.md"
NOBODYS = "01a20a25-0000-7000-8000-000000000000"


def order(service: Service, user: str) -> Order:
    return Order(user_id=user, token_address=service.mint, buy_amount=Decimal("0.1"))


@pytest.fixture
async def wire(service: Service) -> AsyncIterator[Wire]:
    """A wire to the service, which may be cut."""
    place = urlsplit(service.url)
    async with wired(str(place.hostname), place.port or 0) as wire:
        yield wire


async def test_a_cut_across_the_result_loses_and_doubles_nothing(
    service: Service, client: BuyClient, wire: Wire
) -> None:
    """What was heard over the cut is what the log tells from the beginning."""
    async with aiohttp.ClientSession() as session:
        through = BuyClient(session, f"http://127.0.0.1:{wire.port}")
        async with through.live("cutter") as live, asyncio.timeout(60):
            buyer = WalletKey.of(await service.buyer())
            job_id = (await client.submit(order(service, "cutter"), buyer, "cut-1")).job_id
            heard = [await live.next()]
            await wire.cut()
            while (await client.status(job_id)).status != "completed":
                await asyncio.sleep(0.05)
            await wire.start()
            heard += [message async for message in live.of_job(job_id)]
            assert 2 == live.connections
    assert [m.place for m in heard] == [m.place for m in await story(client, job_id)]
    assert (CREATED, RESULT) == (heard[0].name, heard[-1].name)
    assert {PROGRESS} == {message.name for message in heard[1:-1]}


async def story(client: BuyClient, job_id: str) -> list[Any]:
    async with client.live_job(job_id) as live, asyncio.timeout(20):
        return [message async for message in live.of_job(job_id)]


async def test_cut_again_and_again_it_still_hears_everything_once(
    service: Service, client: BuyClient, wire: Wire
) -> None:
    async with aiohttp.ClientSession() as session:
        through = BuyClient(session, f"http://127.0.0.1:{wire.port}")
        async with through.live("restless") as live, asyncio.timeout(90):
            cutting = asyncio.create_task(_cut(wire, live))
            jobs = []
            for number in range(4):
                payer = WalletKey.of(await service.buyer())
                asked = await client.submit(order(service, "restless"), payer, f"r-{number}")
                jobs.append(asked.job_id)
            heard = await _until_results(live, set(jobs))
            cutting.cancel()
            assert live.connections > 1
    for job_id in jobs:
        mine = [message.place for message in heard if message.job_id == job_id]
        assert mine == [message.place for message in await story(client, job_id)]


async def _cut(wire: Wire, live: Live) -> None:
    """Cut each connection a moment after it was made, wherever its joining is then."""
    while True:
        known = live.connections
        await asyncio.sleep(0.2)
        await wire.cut()
        await asyncio.sleep(0.1)
        await wire.start()
        while live.connections == known:
            await asyncio.sleep(0.01)


async def _until_results(live: Live, waiting: set[str]) -> list[Any]:
    heard = []
    while waiting:
        message = await live.next()
        heard.append(message)
        if message.name == RESULT:
            waiting.discard(message.job_id)
    return heard


async def test_lists_timelines_quotes_and_refusals_are_typed(
    service: Service, client: BuyClient
) -> None:
    price = await client.quote(order(service, "typed"))
    assert ("jupiter", "100000000") == (price.platform, price.lamports)
    assert 0 < int(price.minimum_out) <= int(price.expected_out)
    before = await client.jobs(user_id="typed")
    payer = WalletKey.of(await service.buyer())
    job_id = (await client.submit(order(service, "typed"), payer, "typed-1")).job_id
    told = [message.place for message in await story(client, job_id)]
    async with client.live("typed", before.cursors) as live, asyncio.timeout(20):
        assert told == [message.place async for message in live.of_job(job_id)]
    async with asyncio.timeout(20):
        while (view := await client.status(job_id)).result is None:
            await asyncio.sleep(0.05)
    page = await client.jobs(user_id="typed", limit=1)
    assert [job_id] == [item.job_id for item in page.jobs]
    assert view.result == page.jobs[0].result
    events = (await client.timeline(job_id)).events
    assert "BuyRequested" == events[0].type
    assert "BuyCompleted" in {event.type for event in events}
    with pytest.raises(ApiError) as caught:
        await client.cancel(job_id)
    assert (409, "already_finished") == (caught.value.status, caught.value.code)
    with pytest.raises(ApiError) as caught:
        await client.status("nothing")
    assert (404, "job_not_found") == (caught.value.status, caught.value.code)


async def buyq(*argv: str, typed: str | None = None, **env: str) -> Result:
    """Run a command, in a thread: it has a loop of its own."""
    told = {"BUYQ_URL": "", "BUYQ_TOKEN": "", "COLUMNS": "200"} | env
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, argv, input=typed, env=told))


def wallet_file(folder: Path, keypair: Keypair) -> Path:
    file = folder / "wallet.json"
    file.write_text(keypair.to_json())
    return file


async def test_the_commands_of_the_page_buy_follow_list_and_cancel(
    service: Service, tmp_path: Path
) -> None:
    """Each as it stands there; no key is in anything that they print."""
    (shown,) = [one.text for one in listings(PAGE) if one.language == "sh"]
    buyer, printed, job_id = await service.buyer(), "", ""
    file = wallet_file(tmp_path, buyer)
    codes = []
    for line in shown.splitlines():
        told = line.replace("<mint>", service.mint).replace("<job>", job_id)
        _, *argv = told.replace("wallet.json", str(file)).split()
        typed = str(buyer) if "-" in argv else None
        ran = await buyq(*argv, typed=typed, BUYQ_URL=service.url)
        printed += ran.output
        codes.append((argv[0], ran.exit_code))
        if argv[0] == "submit":
            job_id = ran.stdout.split()[0]
    assert [
        ("quote", 0), ("submit", 0), ("submit", 0), ("status", 0), ("watch", 0), ("timeline", 0),
        ("list", 0), ("cancel", 1),
    ] == codes, printed  # fmt: skip
    assert '"code": "already_finished"' in printed
    assert "100 %  Operation Completed" in printed
    assert "BuySigned" in printed
    assert not [form for form in canaries(buyer) if form in printed.encode()]


async def test_a_script_reads_json_of_every_command(service: Service, tmp_path: Path) -> None:
    file = wallet_file(tmp_path, await service.buyer())
    asked = ["submit", service.mint, "0.1", "--user", "script", "--wallet-file", str(file)]
    ran = await buyq(*asked, "--watch", "--json", "--url", service.url)
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert (0, True) == (ran.exit_code, lines[0]["success"])
    assert ("external_buy_result", True) == (lines[-1]["event"], lines[-1]["data"]["success"])
    status = await buyq("status", lines[0]["jobId"], "--json", "--url", service.url)
    assert lines[0]["jobId"] == json.loads(status.stdout)["jobId"]
    none = await buyq("status", NOBODYS, "--json", "--url", service.url)
    assert (1, "job_not_found") == (none.exit_code, json.loads(none.stdout)["code"])


async def test_a_buy_that_fails_ends_the_command_with_one(service: Service, tmp_path: Path) -> None:
    file = wallet_file(tmp_path, await service.buyer(10**7))
    asked = ["submit", service.mint, "0.1", "--user", "poor", "--wallet-file", str(file)]
    ran = await buyq(*asked, "--watch", "--url", service.url)
    assert (1, True) == (ran.exit_code, "insufficient_balance" in ran.stdout)


async def test_a_service_that_is_away_ends_it_with_two_and_says_what_is_safe(
    tmp_path: Path,
) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    file = wallet_file(tmp_path, Keypair())
    asked = ["submit", "mint", "0.1", "--user", "u", "--wallet-file", str(file), "--url", away]
    ran = await buyq(*asked, "--idempotency-key", "order-1")
    assert 2 == ran.exit_code
    assert "--idempotency-key order-1 is safe" in ran.stderr


@pytest.mark.parametrize(
    "argv",
    [
        ["submit", "{key}", "0.1", "--user", "u", "--wallet-file", "{broken}"],
        ["submit", "{key}", "-1", "--user", "u", "--wallet-file", "{good}"],
        ["submit", "{key}", "0.1", "--user", "u"],
        ["submit", "{key}", "0.1", "--user", "u", "--wallet-file", "nowhere"],
        ["submit", "{key}", "0.1", "--user", "u", "--wallet-file", "{good}",
         "--signer", NOBODYS],
        ["quote", "{key}", "0.1", "--priority-fee", "{key}"],
        ["status", NOBODYS, "--token-file", "nowhere"],
    ],
)  # fmt: skip
async def test_a_wrong_command_repeats_no_key(tmp_path: Path, argv: list[str]) -> None:
    keypair = Keypair()
    broken = tmp_path / "broken"
    broken.write_text(str(list(bytes(keypair))[:-1]))
    places = {"key": str(keypair), "broken": broken, "good": wallet_file(tmp_path, keypair)}
    ran = await buyq(*(word.format(**places) for word in argv))
    assert 2 == ran.exit_code, ran.output
    assert not [form for form in canaries(keypair) if form in ran.output.encode()]


async def test_the_listing_of_the_page_runs(service: Service, tmp_path: Path) -> None:
    (code,) = [one.text for one in listings(PAGE) if one.language == "python"]
    code = code.replace("<mint>", service.mint).replace("http://127.0.0.1:3001", service.url)
    wallet_file(tmp_path, await service.buyer())
    ran = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=tmp_path, stdout=asyncio.subprocess.PIPE
    )
    out = (await ran.communicate())[0].decode()
    assert 0 == ran.returncode
    assert re.search(r"^external_buy_result .*success=True", out, re.MULTILINE)
    assert "409 already_finished False None" in out
