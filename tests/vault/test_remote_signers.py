"""A remote signer is trusted for nothing but its key.

Those of kind `vault` are asked at a stand-in for the transit engine, by its documented contract.
"""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.signature import Signature
from sqlalchemy.ext.asyncio import create_async_engine

from buyqueue.errors import Code, Refused, Retryable
from buyqueue.settings import Settings
from streams.vault.backends import backends
from streams.vault.remote import RemoteSigners
from tests.controls.events import JOB
from tests.vault.orders import order_of
from tests.vault.shop import USER, Shop
from tests.vault.transit import Transit
from tests.vault.ways import keypair_file, new_reference, register


async def ordered(shop: Shop, signer: str) -> tuple[Any, int]:
    """The last event of an order that the api takes, and how many attempts failed before it."""
    status, answer = await shop.post(shop.order(signerId=signer))
    assert status == 202, answer
    history = await shop.history(answer["jobId"])
    await shop.without_ticket(answer["jobId"])
    assert all(event.type != "BuySigned" for event in history)
    return history[-1], [event.type for event in history].count("AttemptFailed")


async def at_the_vault(shop: Shop, vault: Transit, name: str) -> str:
    buyer = await shop.buyer()
    vault.keys[name] = buyer
    return await register(shop, str(buyer.pubkey()), "vault", keyName=name)


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("lies", "key_unavailable"),
        ("babbles", "key_unavailable"),
        ("refuses", "key_unavailable"),
        ("hangs", "signer_unavailable"),
        ("sealed", "signer_unavailable"),
    ],
)
async def test_a_signer_that_misbehaves(
    shop: Shop, vault: Transit, behaviour: str, code: str
) -> None:
    """Nothing is signed or sent. What may pass is tried three times, the rest once."""
    signer = await at_the_vault(shop, vault, behaviour)
    vault.behaviour = behaviour
    last, failed = await ordered(shop, signer)
    assert (last.type, last.code) == ("BuyFailed", code)
    assert failed == (3 if code == "signer_unavailable" else 0)
    assert "permission" not in last.error + last.detail


async def test_a_signer_that_recovers_signs(shop: Shop, vault: Transit) -> None:
    signer = await at_the_vault(shop, vault, "recovers")
    vault.behaviour = "hangs"
    status, answer = await shop.post(shop.order(signerId=signer))
    assert status == 202
    await shop.desk.until(UUID(answer["jobId"]), "AttemptFailed")
    vault.behaviour = "ok"
    history = await shop.history(answer["jobId"])
    assert history[-1].type == "BuyCompleted"


async def test_a_transit_key_of_another_wallet(shop: Shop, vault: Transit) -> None:
    vault.keys["swapped"] = Keypair()
    signer = await register(shop, str((await shop.buyer()).pubkey()), "vault", keyName="swapped")
    assert (await ordered(shop, signer))[0].code == "signer_unavailable"


@pytest.mark.parametrize("case", ["missing", "open to others", "of another wallet", "no keypair"])
async def test_a_memory_signer_whose_file_is(shop: Shop, keys_dir: Path, case: str) -> None:
    buyer = await shop.buyer()
    file = keypair_file(keys_dir, buyer, 0o644 if case == "open to others" else 0o600)
    match case:
        case "missing":
            (keys_dir / file).unlink()
        case "of another wallet":
            file = keypair_file(keys_dir, Keypair())
        case "no keypair":
            (keys_dir / file).write_text("[1, 2]")
    signer = await register(shop, str(buyer.pubkey()), "memory", file=file)
    last, _ = await ordered(shop, signer)
    assert last.code == "key_unavailable"
    assert file not in last.error + last.detail


async def test_another_users_signer_is_not_found(shop: Shop) -> None:
    signer = await register(shop, str(Keypair().pubkey()), "memory", "other", file="f")
    for each in (signer, new_reference()):
        status, answer = await shop.post(shop.order(signerId=each))
        assert (status, answer["code"]) == (404, "signer_not_found")


@pytest.mark.parametrize("value", ["x", str(Keypair()), 7, {}, ["a"], "0" * 36])
async def test_a_signer_id_that_is_none(shop: Shop, value: Any) -> None:
    status, answer = await shop.post(shop.order(signerId=value))
    assert (status, answer["code"]) == (400, "invalid_signer_id")
    assert str(value) not in answer["error"] or value in ("x", 7)


class Forger:
    """A signer that says it is well, and signs with a key of its own."""

    def __init__(self) -> None:
        self._key = Keypair()

    @property
    def pubkey(self) -> Pubkey:
        return self._key.pubkey()

    async def is_available(self) -> bool:
        return True

    async def sign_message(self, message: bytes) -> Signature:
        return self._key.sign_message(message)


def forger(_wallet: str, _config: Any) -> Forger:
    return Forger()


async def test_our_own_check_finds_a_forged_signature(shop: Shop) -> None:
    """Whatever the signer's library verifies."""
    wallet = str(Keypair().pubkey())
    signer = await register(shop, wallet, "memory", file="f")
    kinds: Any = {"memory": forger}
    with pytest.raises(Refused) as caught:
        await RemoteSigners(shop.engine, kinds, 1.0).sign(
            UUID(signer), order_of(wallet), b"message"
        )
    assert caught.value.code == Code.KEY_UNAVAILABLE


@pytest.mark.parametrize("change", ["user", "wallet", "kind"])
async def test_a_row_that_was_moved_signs_nothing(shop: Shop, change: str) -> None:
    """The worker compares the register with the log, not with the vault row."""
    wallet = str(Keypair().pubkey())
    user = "other" if change == "user" else USER
    kinds: Any = {} if change == "kind" else {"memory": forger}
    signer = await register(shop, wallet, "memory", user, file="f")
    order = order_of(str(Keypair().pubkey()) if change == "wallet" else wallet)
    with pytest.raises(Refused):
        await RemoteSigners(shop.engine, kinds, 1.0).check(UUID(signer), order)


async def test_a_register_that_does_not_answer_is_tried_again(shop: Shop) -> None:
    engine = create_async_engine("postgresql+asyncpg://x@127.0.0.1:9/x")
    with pytest.raises(Retryable):
        await RemoteSigners(engine, {}, 5.0).check(JOB, order_of(str(Keypair().pubkey())))


@pytest.mark.parametrize(
    ("other", "text"),
    [
        ({"signer_vault_url": "http://vault.example", "signer_vault_token": "t"}, "https"),
        ({"signer_vault_url": "https://vault.example"}, "SIGNER_VAULT_TOKEN"),
    ],
)
async def test_a_worker_does_not_start_with_half_a_vault(other: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        async with backends(Settings(_env_file=None, **other)):
            pass
