"""What a program's accounts or events cannot be read as never stops a buy for good."""

import base64
import struct
from dataclasses import replace
from typing import Any

import pytest

from buyqueue import base58
from buyqueue.buy.state import Order
from buyqueue.clock import SystemClock
from buyqueue.errors import Code, Refused
from buyqueue.mints import TOKEN_PROGRAM
from buyqueue.platforms import METEORA_DAMM_V2, PUMPFUN, RAYDIUM_LAUNCHLAB
from buyqueue.rpc import RpcNode
from streams.chain.accounts import WRAPPED_SOL
from streams.chain.nodes import Nodes
from streams.platforms.jupiter.platform import read_figures
from streams.platforms.meteora_damm_v2 import accounts as damm
from streams.platforms.platform import Figures, Offer
from streams.platforms.pumpfun.accounts import PROGRAM as CURVE
from streams.platforms.raydium_launchlab import accounts as launchlab
from streams.platforms.router import Router
from streams.platforms.venue import Charged
from streams.platforms.venues import VENUES
from tests.controls.events import MINT
from tests.unit.platforms.nobody import NOBODY, Silent
from tests.unit.platforms.test_jupiter_offer import answer, order
from tests.unit.platforms.test_raydium_launchlab import opened, pool_data


class Chain(RpcNode):
    """Shows these accounts, by key: owner and data."""

    def __init__(self, accounts: dict[str, tuple[str, bytes]]) -> None:
        self.name = "chain"
        self._accounts = accounts

    async def call(self, method: str, *params: Any) -> Any:
        assert method == "getMultipleAccounts"
        return {"context": {"slot": 9}, "value": [self._shown(key) for key in params[0]]}

    def _shown(self, key: str) -> Any:
        if key not in self._accounts:
            return None
        owner, data = self._accounts[key]
        return {"owner": owner, "lamports": 1, "data": [base64.b64encode(data).decode(), "base64"]}


def mint() -> tuple[str, bytes]:
    data = bytearray(82)
    data[44:46] = 6, 1
    return TOKEN_PROGRAM, bytes(data)


def drained_pool(first: str, second: str) -> tuple[str, bytes]:
    """Make a pool whose one owner has taken all liquidity out."""
    data = bytearray(1_112)
    data[:8] = bytes.fromhex("f19a6d0411b16dbc")
    data[168:232] = base58.decode(first) + base58.decode(second)
    struct.pack_into("<Q", data, 456, 1 << 40)
    return str(damm.PROGRAM), bytes(data)


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (MINT, WRAPPED_SOL, Code.PLATFORM_UNAVAILABLE),
        (WRAPPED_SOL, MINT, Code.INVALID_AMOUNT),
    ],
)
async def test_a_pool_without_liquidity_refuses_the_order_that_names_it(
    first: str, second: str, code: Code
) -> None:
    chain = Chain({MINT: mint(), damm.pools_of(MINT)[0]: drained_pool(first, second)})
    router = Router(Nodes([chain], SystemClock()), VENUES, NOBODY, SystemClock())
    with pytest.raises(Refused) as refused:
        await router.quote(replace(order(), platform=METEORA_DAMM_V2))
    assert refused.value.code == code


class Told:
    """A Jupiter with one answer."""

    name = "jupiter"

    async def quote(self, asked: Order) -> Figures:
        return read_figures(answer(), asked)

    async def offer(self, asked: Order) -> Offer:
        raise AssertionError(asked)


async def test_a_curve_that_cannot_be_priced_leaves_an_order_for_any_venue_to_jupiter() -> None:
    curve = (str(launchlab.PROGRAM), pool_data(replace(opened(launchlab.PRODUCT), base_mint=MINT)))
    chain = Chain({MINT: mint(), launchlab.pool_address(MINT): curve})
    router = Router(Nodes([chain], SystemClock()), VENUES, Told(), SystemClock())
    figures = await router.quote(order())
    assert (figures.platform, figures.candidates[0].platform) == ("jupiter", RAYDIUM_LAUNCHLAB)
    assert figures.reason.endswith(f"{RAYDIUM_LAUNCHLAB} cannot price it")
    with pytest.raises(Refused) as refused:
        await router.quote(replace(order(), platform=RAYDIUM_LAUNCHLAB))
    assert refused.value.code == Code.NO_ROUTE


def test_an_event_of_another_layout_does_not_keep_a_landed_buy_from_the_log() -> None:
    event = bytes.fromhex("e445a52e51cb9a1d") + bytes.fromhex("bddb7fd34ee661ee") + bytes(40)
    call = {"programIdIndex": 0, "accounts": [], "data": base58.encode(event)}
    landed = {
        "meta": {"innerInstructions": [{"index": 0, "instructions": [call]}]},
        "transaction": {"message": {"accountKeys": [CURVE]}},
    }
    router = Router(Nodes([Silent()], SystemClock()), VENUES, NOBODY, SystemClock())
    assert router.charged(PUMPFUN, landed, order()) == Charged()
