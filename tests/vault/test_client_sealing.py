"""A key that the client sealed is good for its own user, wallet and order, and for that once."""

import base64
from dataclasses import replace
from typing import Any

import pytest
from solders.keypair import Keypair

from buyqueue.sealing import Sealer, new_private_key, public_key_of
from tests.vault.shop import USER, Shop
from tests.vault.ways import new_reference, seal

UNWELL = Keypair.from_seed(b"c" * 32)


async def taken(shop: Shop, sealed: dict[str, str], user_id: str = USER) -> str:
    """The buy of an order that the api takes: it cannot tell whether the key opens."""
    status, answer = await shop.post(shop.order(sealedWalletKey=sealed, userId=user_id))
    assert status == 202, answer
    return str(answer["jobId"])


async def refused(shop: Shop, job_id: str) -> None:
    """The worker has refused the key without a word about why."""
    last: Any = (await shop.history(job_id))[-1]
    assert (last.type, last.code) == ("BuyFailed", "key_unavailable")
    assert last.error == "The wallet key of this buy is not available"
    await shop.without_ticket(job_id)


async def test_moved_to_another_user(shop: Shop) -> None:
    sealed = seal(await shop.vault_key(), await shop.buyer(), new_reference())
    await refused(shop, await taken(shop, sealed, user_id="somebody else"))


async def test_moved_to_another_wallet(shop: Shop) -> None:
    sealed = seal(await shop.vault_key(), await shop.buyer(), new_reference())
    other = str((await shop.buyer()).pubkey())
    await refused(shop, await taken(shop, sealed | {"wallet": other}))


async def test_moved_to_another_reference(shop: Shop) -> None:
    sealed = seal(await shop.vault_key(), await shop.buyer(), new_reference())
    await refused(shop, await taken(shop, sealed | {"reference": new_reference()}))


@pytest.mark.parametrize("place", [0, 40, 111])
async def test_tampered(shop: Shop, place: int) -> None:
    sealed = seal(await shop.vault_key(), await shop.buyer(), new_reference())
    raw = bytearray(base64.b64decode(sealed["ciphertext"]))
    raw[place] ^= 1
    await refused(shop, await taken(shop, sealed | {"ciphertext": base64.b64encode(raw).decode()}))


async def test_a_key_of_another_wallet_inside(shop: Shop) -> None:
    """Bound to a wallet that is not the sealed key's own."""
    mine, other = await shop.buyer(), await shop.buyer()
    key, reference = await shop.vault_key(), new_reference()
    key["info"] = key["info"].replace("{wallet}", str(other.pubkey()))
    sealed = seal(key, mine, reference) | {"wallet": str(other.pubkey())}
    await refused(shop, await taken(shop, sealed))


async def test_replayed_under_another_order(shop: Shop) -> None:
    sealed = seal(await shop.vault_key(), await shop.buyer(), new_reference())
    await shop.bought(shop.order(sealedWalletKey=sealed))
    for key in (None, "another name"):
        status, answer = await shop.post(shop.order(sealedWalletKey=sealed), key)
        assert (status, answer["code"]) == (409, "reference_used")
        assert answer["field"] == "sealedWalletKey.reference"


async def test_repeated_under_its_name_is_the_same_job(shop: Shop) -> None:
    """Also when it was sealed anew; but not when the wallet is named in another way."""
    buyer, key = await shop.buyer(), await shop.vault_key()
    name = new_reference()
    bodies = [shop.order(sealedWalletKey=seal(key, buyer, new_reference())) for _ in range(2)]
    answers = [await shop.post(body, name) for body in (*bodies, bodies[0])]
    assert {status for status, _ in answers} == {202}
    assert len({answer["jobId"] for _, answer in answers}) == 1
    for other in (
        {"walletPrivateKey": str(buyer)},
        {"sealedWalletKey": seal(key, Keypair(), new_reference())},
        {"signerId": new_reference()},
    ):
        status, answer = await shop.post(shop.order(**other), name)
        assert (status, answer["code"]) == (422, "idempotency_conflict")
    await shop.history(answers[0][1]["jobId"])


async def test_sealed_to_another_vault_key(shop: Shop) -> None:
    sealed = seal(await shop.vault_key(), UNWELL, new_reference()) | {"keyId": "0" * 16}
    status, answer = await shop.post(shop.order(sealedWalletKey=sealed))
    assert (status, answer["code"]) == (409, "vault_key_changed")
    assert answer["field"] == "sealedWalletKey.keyId"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"keyId": "XYZ"}, ".keyId"),
        ({"ciphertext": "not base64!"}, ".ciphertext"),
        ({"ciphertext": base64.b64encode(bytes(111)).decode()}, ".ciphertext"),
        ({"ciphertext": "A" * 1_000}, ".ciphertext"),
        ({"wallet": str(UNWELL)}, ".wallet"),
        ({"wallet": "0OIl"}, ".wallet"),
        ({"reference": "short"}, ".reference"),
        ({"reference": str(UNWELL)}, ".reference"),
        ({"reference": "with|a|bar"}, ".reference"),
        ({"reference": 12345678}, ".reference"),
        ({"more": 1}, ""),
    ],
    ids=range(11),
)
async def test_a_shape_that_is_none(shop: Shop, change: dict[str, Any], field: str) -> None:
    sealed: dict[str, Any] = seal(await shop.vault_key(), UNWELL, new_reference())
    status, answer = await shop.post(shop.order(sealedWalletKey=sealed | change))
    assert (status, answer["code"]) == (400, "invalid_sealed_key"), answer
    assert answer["field"] == "sealedWalletKey" + field
    assert str(UNWELL) not in str(answer)


async def test_the_key_is_served_whole(shop: Shop) -> None:
    key = await shop.vault_key()
    sealer = Sealer.from_text(key["publicKey"])
    assert key["keyId"] == sealer.key_id
    assert key["suite"] == "HPKE-X25519-HKDF-SHA256-ChaCha20Poly1305"
    assert key["publicKey"] == shop.settings.vault_public_key


async def test_a_row_whose_vault_key_is_missing_is_refused_without_detail(shop: Shop) -> None:
    foreign = public_key_of(new_private_key())
    settings = shop.settings.model_copy(update={"vault_public_key": foreign})
    job_id, _ = await replace(shop.desk, settings=settings).request()
    await refused(shop, str(job_id))
