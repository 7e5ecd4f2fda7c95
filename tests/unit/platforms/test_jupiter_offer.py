"""Reading Jupiter's answers."""

import base64
from typing import Any

import pytest

from buyqueue.buy.evolve import fold
from buyqueue.buy.state import Order, Preparing
from buyqueue.errors import Code, Refused
from buyqueue.events.envelope import U64_MAX
from streams.chain.accounts import WRAPPED_SOL
from streams.platforms.jupiter.instructions import read_recipe
from streams.platforms.jupiter.platform import order_params, read_offer
from streams.platforms.jupiter.reading import price_impact_bps, understood
from streams.platforms.pricing import minimum_out
from tests.controls.events import MINT, WALLET, requested


def order() -> Order:
    state = fold([requested()])
    assert isinstance(state, Preparing)
    return state.course.order


def answer(**other: Any) -> dict[str, Any]:
    return {
        "inputMint": WRAPPED_SOL,
        "outputMint": MINT,
        "inAmount": "100000000",
        "outAmount": "1000000",
        "otherAmountThreshold": "970000",
        "lastValidBlockHeight": "300",
        "signatureFeePayer": WALLET,
        "router": "metis",
        "transaction": "AQ==",
        "requestId": "r-1",
        "priceImpact": -0.125,
        "feeBps": 10,
        "prioritizationFeeLamports": 2_000_000,
    } | other


def test_the_query_asks_for_what_only_the_wallet_signs() -> None:
    params = order_params(order(), taker=WALLET)
    assert params["excludeRouters"] == "jupiterz"
    assert (
        params["amount"],
        params["slippageBps"],
        params["priorityFeeLamports"],
    ) == ("100000000", "300", "2000000")


def test_a_good_answer_becomes_an_offer() -> None:
    offer = read_offer(answer(), order())
    assert (
        offer.figures.expected_out,
        offer.figures.minimum_out,
        offer.last_valid_block_height,
    ) == (1_000_000, 970_000, 300)
    assert (offer.figures.price_impact_bps, offer.figures.fees.venue_bps) == (12, 10)


REFUSALS: dict[str, tuple[dict[str, Any], Code]] = {
    "lack of funds": ({"transaction": "", "errorCode": 1}, Code.INSUFFICIENT_BALANCE),
    "lack of gas": ({"transaction": "", "errorCode": 2}, Code.INSUFFICIENT_BALANCE),
    "below the minimum": ({"transaction": "", "errorCode": 3}, Code.NO_ROUTE),
    "no transaction": ({"transaction": None}, Code.NO_ROUTE),
    "another payer": ({"signatureFeePayer": MINT}, Code.TRANSACTION_UNSAFE),
    "another token": ({"outputMint": WALLET}, Code.TRANSACTION_UNSAFE),
    "another amount": ({"inAmount": "100000001"}, Code.TRANSACTION_UNSAFE),
    "a worse price": ({"otherAmountThreshold": "969999"}, Code.TRANSACTION_UNSAFE),
    "no threshold": ({"otherAmountThreshold": None}, Code.TRANSACTION_UNSAFE),
    "a fee in words": ({"rentFeeLamports": "much"}, Code.TRANSACTION_UNSAFE),
    "a fee without end": ({"rentFeeLamports": float("inf")}, Code.TRANSACTION_UNSAFE),
    "a negative fee": ({"prioritizationFeeLamports": -1}, Code.TRANSACTION_UNSAFE),
    "a fee of more than all": ({"feeBps": 10_001}, Code.TRANSACTION_UNSAFE),
    "more than there can be": (
        {"outAmount": str(10**30), "otherAmountThreshold": str(10**30)},
        Code.TRANSACTION_UNSAFE,
    ),
    "a threshold past all there can be": (
        {"otherAmountThreshold": U64_MAX + 1},
        Code.TRANSACTION_UNSAFE,
    ),
    "less than nothing": (
        {"outAmount": "-1", "otherAmountThreshold": "-1"},
        Code.TRANSACTION_UNSAFE,
    ),
    "a height that never comes": (
        {"lastValidBlockHeight": str(U64_MAX + 1)},
        Code.TRANSACTION_UNSAFE,
    ),
    "a height before all": ({"lastValidBlockHeight": -1}, Code.TRANSACTION_UNSAFE),
    "a router that is a story": ({"router": "m" * 201}, Code.TRANSACTION_UNSAFE),
    "a router that cannot be written": ({"router": "\ud800"}, Code.TRANSACTION_UNSAFE),
    "a request that is a story": ({"requestId": "r" * 201}, Code.TRANSACTION_UNSAFE),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_bad_answer_is_refused(case: str) -> None:
    change, code = REFUSALS[case]
    with pytest.raises(Refused) as caught:
        read_offer(answer(**change), order())
    assert code == caught.value.code


def test_the_most_that_the_chain_counts_to_can_be_written_to_the_log() -> None:
    most = str(U64_MAX)
    told = answer(outAmount=most, otherAmountThreshold=most, lastValidBlockHeight=most)
    offer = read_offer(told, order())
    assert (U64_MAX, U64_MAX) == (offer.figures.expected_out, offer.last_valid_block_height)


def test_a_refusal_in_words_that_cannot_be_written_can_be_told() -> None:
    with pytest.raises(Refused) as caught:
        read_offer({"errorCode": 3, "errorMessage": "too \ud800 little"}, order())
    assert caught.value.text.endswith("(Jupiter: too ? little)")


def test_the_minimum_is_rounded_down() -> None:
    assert (
        minimum_out(999, 300),
        minimum_out(999, 10_000),
        minimum_out(999, 0),
    ) == (969, 0, 999)


def test_of_very_few_units_at_least_one_must_come() -> None:
    assert (1, 4, 1) == (minimum_out(1, 300), minimum_out(5, 100), minimum_out(1, 9_999))


IMPACTS = [
    (None, None),
    (-0.1, 10),
    ("x", None),
    (0, 0),
    (float("nan"), None),
    (float("inf"), None),
    ("1e999999", None),
]


@pytest.mark.parametrize(("told", "bps"), IMPACTS)
def test_price_impact_is_in_bps(told: object, bps: int | None) -> None:
    assert bps == price_impact_bps(told, bps_each=100)


META = {"pubkey": MINT, "isSigner": False, "isWritable": True}
RECIPES: dict[str, dict[str, Any]] = {
    "no swap": {},
    "a swap in words": {"swapInstruction": "swap"},
    "tables in a list": {"swapInstruction": {}, "addressesByLookupTableAddress": [1]},
    "an account in words": {"swapInstruction": {"accounts": ["a"], "data": "", "programId": MINT}},
    "a program that is none": {"swapInstruction": {"accounts": [], "data": "", "programId": 7}},
    "data that no transaction holds": {
        "swapInstruction": {
            "accounts": [],
            "data": base64.b64encode(bytes(65_536)).decode(),
            "programId": MINT,
        }
    },
    "more accounts than a transaction counts": {
        "swapInstruction": {"accounts": [META] * 65_536, "data": "", "programId": MINT}
    },
    "garbled data": {"swapInstruction": {"accounts": [], "data": "!", "programId": MINT}},
}


@pytest.mark.parametrize("case", RECIPES)
def test_a_garbled_recipe_is_refused(case: str) -> None:
    with pytest.raises(Refused) as caught, understood():
        read_recipe(RECIPES[case])
    assert caught.value.code == Code.TRANSACTION_UNSAFE
