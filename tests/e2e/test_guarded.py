"""The whole service where everybody is asked who they are, as in production."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from typer.testing import CliRunner, Result

from buyq.cli import app
from buyq.client import RESULT, ApiError, BuyClient
from tests.auth.makers import AUDIENCE, ISSUER, OWN_SECRET, SHARED_SECRET, token
from tests.docs.markdown import ROOT, listings
from tests.e2e.conftest import SOL, Service, serving
from tests.e2e.js.running import heard
from tests.npm import installed
from tests.stack.servers import Stack


@pytest.fixture(scope="module")
async def guarded(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    asked = {
        "AUTH": "required",
        "TOKEN_SECRET": OWN_SECRET,
        "JWT_SECRET": SHARED_SECRET,
        "JWT_ISSUER": ISSUER,
        "JWT_AUDIENCE": AUDIENCE,
    }
    async with serving(stack, tmp_path_factory.mktemp("guarded"), settings=asked) as running:
        yield running


async def test_a_user_buys_and_follows_it_and_nobody_else_can(guarded: Service) -> None:
    buyer = await guarded.buyer()
    body = guarded.body(buyer, userId="alice")
    async with aiohttp.ClientSession() as session:
        alice, bob, nobody = (
            BuyClient(session, guarded.url, credential)
            for credential in (token("alice"), token("bob"), None)
        )
        with pytest.raises(ApiError, match="unauthenticated"):
            await nobody.send(body, "guarded-1")
        with pytest.raises(ApiError, match="wrong_user"):
            await bob.send(body, "guarded-1")
        async with alice.live("alice") as live, asyncio.timeout(60):
            job_id = (await alice.send(body, "guarded-1")).job_id
            seen = [event async for event in live.of_job(job_id)]
        with pytest.raises(ApiError, match="job_not_found"):
            await bob.status(job_id)
        with pytest.raises(ApiError, match="job_not_found"):
            await bob.cancel(job_id)
        with pytest.raises(ApiError, match="not_found"):
            async with bob.live("alice"):
                pass
        with pytest.raises(ApiError, match="already_finished"):
            await alice.cancel(job_id)
        status = await alice.status(job_id)
    assert RESULT == seen[-1].name
    assert ("completed", True) == (status.status, status.result and status.result.success)
    assert str(SOL - guarded.lamports(buyer)) == (status.result and status.result.lamports_spent)


async def test_a_command_takes_its_credential_from_the_environment_or_a_file(
    guarded: Service, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(token("alice") + "\n")
    argv = ["list", "--json", "--url", guarded.url]

    async def ran(*more: str, **env: str) -> Result:
        return await asyncio.to_thread(
            lambda: CliRunner().invoke(app, [*argv, *more], env={"BUYQ_TOKEN": ""} | env)
        )

    assert 1 == (nobody := await ran()).exit_code
    assert "unauthenticated" in nobody.output
    assert 0 == (await ran(BUYQ_TOKEN=token("alice"))).exit_code
    assert 0 == (await ran("--token-file", str(file))).exit_code


async def test_live_messages_are_refused_to_whoever_says_nothing(guarded: Service) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ApiError) as caught:
            async with BuyClient(session, guarded.url).live("alice"):
                pass
    assert "unauthenticated" == caught.value.code


async def test_the_listing_of_the_vanilla_guide_joins_and_hears_its_buy(
    guarded: Service, tmp_path: Path
) -> None:
    (listing,) = [
        one.text
        for one in listings(ROOT / "docs" / "vanilla.md")
        if one.language == "js" and "io(" in one.text
    ]
    packages = await installed(tmp_path, "socket.io-client@4")
    body = guarded.body(await guarded.buyer())
    written = await heard(packages, listing, guarded.url, body, token("user123"))
    assert "success: true" in written
    assert [
        "Progress: 10% - Buy Operation Started",
        "Progress: 35% - Preparing Wallet",
        "Progress: 70% - Executing Purchase",
        "Progress: 100% - Operation Completed",
    ] == list(dict.fromkeys(re.findall(r"^Progress: .*$", written, re.MULTILINE)))
