"""A fill, from a transaction's own metadata."""

from typing import Any

import pytest

from streams.chain.fill import fill_of
from tests.controls.events import MINT, WALLET


def balance(index: int, amount: int, owner: str = WALLET, mint: str = MINT) -> dict[str, Any]:
    return {
        "accountIndex": index,
        "mint": mint,
        "owner": owner,
        "uiTokenAmount": {"amount": str(amount), "decimals": 6},
    }


def transaction(**meta: Any) -> dict[str, Any]:
    return {
        "slot": 77,
        "transaction": {"signatures": ["s", "m"], "message": {"accountKeys": [WALLET, "maker"]}},
        "meta": {
            "err": None,
            "fee": 12_345,
            "preBalances": [1_000_000_000, 0, 0, 5],
            "postBalances": [897_948_375, 100_000_000, 2_039_280, 5],
            "preTokenBalances": [],
            "postTokenBalances": [balance(2, 990)],
            "loadedAddresses": {"writable": ["ata"], "readonly": ["table"]},
        }
        | meta,
    }


def test_lamports_tokens_and_fees_add_up() -> None:
    fill = fill_of(transaction(), WALLET, MINT)
    assert (77, 102_051_625, 990, 6) == (
        fill.slot,
        fill.lamports_spent,
        fill.tokens_received,
        fill.token_decimals,
    )
    assert (10_000, 2_345, 2_039_280) == (fill.fees.network, fill.fees.priority, fill.fees.rent)
    parts = fill.fees.network + fill.fees.priority + fill.fees.rent
    assert 100_000_000 == fill.lamports_spent - parts


def test_only_the_wallets_own_tokens_of_this_mint_count() -> None:
    meta = {
        "preTokenBalances": [balance(2, 10)],
        "postTokenBalances": [balance(2, 25), balance(3, 900, owner="x"), balance(4, 7, mint="y")],
    }
    padded = {
        "preBalances": [9, 0, 5, 5, 5],
        "postBalances": [3, 0, 5, 5, 5],
        "loadedAddresses": {"writable": ["ata", "theirs"], "readonly": ["table"]},
    }
    assert 15 == fill_of(transaction(**meta, **padded), WALLET, MINT).tokens_received


@pytest.mark.parametrize("error", [{"InstructionError": [2, {"Custom": 1}]}, "AccountInUse"])
def test_a_failed_transaction_costs_its_fee(error: object) -> None:
    meta = {"err": error, "postBalances": [999_987_655, 0, 0, 5], "postTokenBalances": []}
    fill = fill_of(transaction(**meta), WALLET, MINT)
    assert (error, 12_345, 0) == (fill.error, fill.lamports_spent, fill.tokens_received)
