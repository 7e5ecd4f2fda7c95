"""A buy whose key stays in a real HashiCorp Vault, with a token that may do only what it needs."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from tests.stack.servers import Stack
from tests.vault.hashicorp import PROGRAM, HashiCorp, hashicorp
from tests.vault.shop import Shop, a_shop
from tests.vault.ways import register

pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="no HashiCorp Vault: have `vault` on the PATH, or name it in BUYQ_VAULT"
)


@dataclass
class Place:
    """A service, and the Vault that its worker asks."""

    shop: Shop
    vault: HashiCorp

    async def signer(self, name: str) -> str:
        """Register a new key with a wallet that has 1 SOL; its signerId."""
        wallet = await self.vault.new_key(name)
        await self.shop.chain.node.fund(wallet, 10**9)
        return await register(self.shop, str(wallet), "vault", keyName=name)


@pytest.fixture(scope="module")
async def place(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    assert PROGRAM
    async with hashicorp(PROGRAM, tmp_path_factory.mktemp("vault")) as vault:
        token = await vault.new_token(signs=["alice", "carol"], reads=["alice", "bob", "carol"])
        settings = {"signer_vault_url": vault.url, "signer_vault_token": SecretStr(token)}
        async with a_shop(stack, signer_timeout_ms=5_000, **settings) as shop:
            yield Place(shop, vault)


async def test_a_key_that_never_leaves_the_vault_buys(place: Place) -> None:
    signer = await place.signer("alice")
    history = await place.shop.bought(place.shop.order(signerId=signer))
    assert [event.type for event in history].count("BuySigned") == 1


@pytest.mark.parametrize(
    ("name", "code"), [("bob", "key_unavailable"), ("mallory", "signer_unavailable")]
)
async def test_a_key_that_may_not_be_used_signs_nothing(place: Place, name: str, code: str) -> None:
    """The token may look at Bob's and not sign with it, and may do nothing with Mallory's."""
    last = await _refused(place.shop, await place.signer(name))
    assert (last.type, last.code) == ("BuyFailed", code)


async def test_a_sealed_vault_is_asked_again_and_then_given_up(place: Place) -> None:
    """The last one: nobody opens it again."""
    signer = await place.signer("carol")
    await place.vault.call("PUT", "sys/seal")
    last = await _refused(place.shop, signer)
    assert (last.type, last.code) == ("BuyFailed", "signer_unavailable")


async def _refused(shop: Shop, signer: str) -> Any:
    status, answer = await shop.post(shop.order(signerId=signer))
    assert status == 202, answer
    history = await shop.history(answer["jobId"])
    assert all(event.type != "BuySigned" for event in history)
    return history[-1]
