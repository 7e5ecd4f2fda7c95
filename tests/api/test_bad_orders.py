"""Each token and amount that cannot be bought is refused by name, and leaves nothing behind."""

from decimal import Decimal
from typing import Any

import pytest

from api.orders.amounts import buy_amount
from buyqueue.errors import InvalidInput
from tests.api.base58 import base58
from tests.api.refusals import refused
from tests.api.running import Api
from tests.controls import start_requests as requests
from tests.controls.start_requests import example, raw


def invalid_token(api: Api, address: Any) -> Any:
    return refused(
        api,
        example(tokenAddress=address),
        status=400,
        code="invalid_token_address",
        field="tokenAddress",
    )


@pytest.mark.parametrize("size", [1, 31, 33, 40])
async def test_a_mint_of_another_size(api: Api, size: int) -> None:
    answer = await invalid_token(api, base58(b"\xff" * size))
    assert answer.body["error"].startswith("Invalid token address: ")
    assert f"{size} bytes" in answer.body["error"]


@pytest.mark.parametrize("address", ["0OIl" * 10, "A" * 43 + " ", "", "A" * 5_000, "é" * 40])
async def test_a_mint_that_is_not_base58(api: Api, address: str) -> None:
    answer = await invalid_token(api, address)
    assert answer.body["error"].startswith("Invalid token address")


@pytest.mark.parametrize("address", [1, True, ["a"], {"a": 1}])
async def test_a_mint_that_is_no_string(api: Api, address: Any) -> None:
    await invalid_token(api, address)


async def test_the_system_program(api: Api) -> None:
    answer = await invalid_token(api, "1" * 32)
    assert "system program" in answer.body["error"]


async def test_the_token_program(api: Api) -> None:
    await invalid_token(api, "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")


async def test_sol_cannot_be_bought_with_sol(api: Api) -> None:
    answer = await invalid_token(api, "So11111111111111111111111111111111111111112")
    assert "SOL itself" in answer.body["error"]


async def test_a_wallet_instead_of_a_mint(api: Api) -> None:
    answer = await invalid_token(api, str(requests.WALLET_KEYPAIR.pubkey()))
    assert "a wallet" in answer.body["error"]


async def test_a_token_account_instead_of_a_mint(api: Api) -> None:
    answer = await invalid_token(api, requests.TOKEN_ACCOUNT)
    assert "a token account" in answer.body["error"]


async def test_an_account_of_another_program(api: Api) -> None:
    answer = await invalid_token(api, requests.OTHER_ACCOUNT)
    assert "token program" in answer.body["error"]


async def test_a_mint_that_is_not_initialised(api: Api) -> None:
    await invalid_token(api, requests.RAW_MINT)


async def test_an_unknown_mint(api: Api) -> None:
    answer = await invalid_token(api, requests.UNKNOWN_MINT)
    assert "nothing at this address" in answer.body["error"]


AMOUNTS = [
    "0",
    "0.0",
    "-0",
    "0e999999",
    "-0.1",
    "-1e400",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "1e999999999999999999999",
    "1e-400",
    "0.0000000001",
    "0.1234567891",
    "1.00000000000000000000000000000000001",
    "18446744073.709551616",
    "18446744074",
    "1000.000000001",
    "9" * 60,
    "9" * 5_000,
    '"0.1"',
    "true",
    "[0.1]",
    "{}",
]


@pytest.mark.parametrize("literal", AMOUNTS)
async def test_an_amount_out_of_range(api: Api, literal: str) -> None:
    await refused(
        api, raw("buyAmount", literal), status=400, code="invalid_amount", field="buyAmount"
    )


async def test_an_amount_in_quotes_is_told_so(api: Api) -> None:
    answer = await refused(
        api, example(buyAmount="0.1"), status=400, code="invalid_amount", field="buyAmount"
    )
    assert "leave out the quotes" in answer.body["error"]


def test_an_amount_above_u64_where_no_lower_maximum_is_set() -> None:
    """The type's own limit holds whatever the setting says."""
    assert buy_amount(Decimal("18446744073.709551615"), 2**70) == 2**64 - 1
    with pytest.raises(InvalidInput, match=r"at most 18446744073\.709551615 SOL"):
        buy_amount(Decimal("18446744073.709551616"), 2**70)


@pytest.mark.parametrize(
    "literal", ["-1", "0", "101", "1e9", "100.01", "0.001", "NaN", "1e400", '"3"', "false", "[3]"]
)
async def test_slippage_out_of_range(api: Api, literal: str) -> None:
    await refused(
        api, raw("slippage", literal), status=400, code="invalid_slippage", field="slippage"
    )


@pytest.mark.parametrize("other", [{}, {"priorityFee": 0.001}, {"priorityFee": "auto"}])
async def test_a_cap_goes_with_an_automatic_fee_and_has_its_limits(
    api: Api, other: dict[str, Any]
) -> None:
    body = example(maxPriorityFee=1, **other)
    await refused(api, body, status=400, code="invalid_priority_fee", field="maxPriorityFee")


@pytest.mark.parametrize(
    "literal", ["0.100000001", "1", "1e9", "-0.001", "0.0000000001", "Infinity", '"0"', "{}"]
)
async def test_a_priority_fee_out_of_range(api: Api, literal: str) -> None:
    """Also one above the amount, which is 0.1 SOL here."""
    await refused(
        api,
        raw("priorityFee", literal),
        status=400,
        code="invalid_priority_fee",
        field="priorityFee",
    )
