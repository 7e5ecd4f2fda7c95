"""A buy for each way to name the wallet, from the request to the chain."""

from pathlib import Path
from typing import Any

import pytest

from buyqueue.events.codec import Event
from buyqueue.events.events import BuyRequested
from tests.vault.shop import Shop
from tests.vault.transit import Transit
from tests.vault.ways import keypair_file, new_reference, register, seal


def custody_of(history: list[Event]) -> str:
    (requested,) = [event for event in history if isinstance(event, BuyRequested)]
    return requested.custody


async def test_a_plain_key_buys(shop: Shop) -> None:
    buyer = await shop.buyer()
    history = await shop.bought(shop.order(walletPrivateKey=str(buyer)))
    assert custody_of(history) == "service"


async def test_a_key_sealed_by_the_client_buys(shop: Shop) -> None:
    buyer = await shop.buyer()
    sealed = seal(await shop.vault_key(), buyer, new_reference())
    history = await shop.bought(shop.order(sealedWalletKey=sealed))
    assert custody_of(history) == "service"


async def test_a_memory_signer_buys(shop: Shop, keys_dir: Path) -> None:
    buyer = await shop.buyer()
    file = keypair_file(keys_dir, buyer)
    signer = await register(shop, str(buyer.pubkey()), "memory", file=file)
    history = await shop.bought(shop.order(signerId=signer))
    assert custody_of(history) == "remote"


async def test_a_vault_signer_buys(shop: Shop, vault: Transit) -> None:
    """Against a stand-in for the transit engine, by its documented HTTP contract."""
    buyer = await shop.buyer()
    vault.keys["alice"] = buyer
    signer = await register(shop, str(buyer.pubkey()), "vault", keyName="alice")
    history = await shop.bought(shop.order(signerId=signer))
    assert custody_of(history) == "remote"
    assert vault.signed == ["alice"]


KEY = "4" * 88


@pytest.mark.parametrize(
    ("wallet", "field"),
    [
        ({}, "walletPrivateKey"),
        ({"walletPrivateKey": None, "signerId": None}, "walletPrivateKey"),
        ({"walletPrivateKey": KEY, "signerId": KEY}, "signerId"),
        ({"walletPrivateKey": KEY, "sealedWalletKey": {}}, "sealedWalletKey"),
        ({"sealedWalletKey": {}, "signerId": KEY}, "signerId"),
    ],
)
async def test_exactly_one_way_is_taken(shop: Shop, wallet: dict[str, Any], field: str) -> None:
    status, answer = await shop.post(shop.order(**wallet))
    assert (status, answer["code"], answer["field"]) == (400, "invalid_request", field)
    assert KEY not in str(answer)
