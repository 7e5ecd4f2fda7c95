"""The venue that docs/venues.md builds step by step works as it stands there."""

import re
import struct
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from buyqueue.clock import SystemClock
from buyqueue.platforms import AUTO, PLATFORMS
from streams.platforms.router import Router
from streams.platforms.venue import Venue
from tests.docs.markdown import ROOT, listings
from tests.integration.chain.conftest import SOL, Bench, bench

__all__ = ["bench"]
PAGE = ROOT / "docs" / "venues.md"


@pytest.fixture
async def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Venue]:
    """The page's files, as a package of their own."""
    folder = tmp_path / "shop"
    folder.mkdir()
    for listing in listings(PAGE):
        if listing.language == "python":
            (name,) = re.findall(r"\A# (\w+\.py)\n", listing.text)
            (folder / name).write_text(listing.text)
    written = sorted(file.name for file in folder.iterdir())
    assert written == ["accounts.py", "instructions.py", "platform.py", "pricing.py"]
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    venue: Venue = import_module("shop.platform").Shop()
    yield venue
    for module in [module for module in sys.modules if module.split(".")[0] == "shop"]:
        del sys.modules[module]


async def test_the_router_finds_it_and_quotes_by_it(bench: Bench, shop: Venue) -> None:
    accounts = import_module("shop.accounts")
    order = bench.order(lamports=SOL)
    data = b"shoppool" + struct.pack("<QQH", 99 * SOL, 1_000_000, 100)
    pool = Pubkey.from_string(accounts.pool_address(order.mint))
    bench.node.chain.put_account(pool, Account(SOL, data, accounts.PROGRAM))
    bench.node.advance(3)
    router = Router(bench.nodes(), (shop,), bench.platform, SystemClock())
    figures = await router.quote(replace(order, platform="shop"))
    assert (figures.platform, figures.expected_out, figures.minimum_out) == (
        "shop", 9_900, 9_603,
    )  # fmt: skip
    assert figures.fees.venue_bps == 100


def test_every_name_that_a_caller_may_use_stands_on_the_page() -> None:
    told = set(re.findall(r"`(\w+)`", PAGE.read_text()))
    assert set(PLATFORMS) - {AUTO} - told == set()
