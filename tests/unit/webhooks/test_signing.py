"""Signatures by Standard Webhooks, and the secrets behind them."""

import base64
import hmac
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.webhooks.sealing import CannotOpen, SecretBox, new_secret
from api.webhooks.signing import secret_text, signature, signed_headers
from buyqueue.secret import Secret

HOOK, OTHER = UUID(int=1), UUID(int=2)
ONE, TWO = "one-of-the-settings-" * 2, "two-of-the-settings-" * 2


def test_the_standards_own_example_is_signed_alike() -> None:
    """Of its specification, section `Signature scheme`."""
    secret = Secret(base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    body = b'{"test": 2432232314}'
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert expected == signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)


@given(st.binary(min_size=24, max_size=64), st.text(), st.integers(0, 2**40), st.binary())
def test_another_id_time_body_or_secret_has_another_signature(
    key: bytes, name: str, at: int, body: bytes
) -> None:
    name = name.encode("utf-8", "replace").decode()
    signed = signature(Secret(key), name, at, body)
    raw = f"{name}.{at}.".encode() + body
    assert signed == "v1," + base64.b64encode(hmac.digest(key, raw, "sha256")).decode()
    assert signed != signature(Secret(key + b"x"), name, at, body)
    assert signed != signature(Secret(key), name + "x", at, body)
    assert signed != signature(Secret(key), name, at + 1, body)
    assert signed != signature(Secret(key), name, at, body + b"x")


def test_each_good_secret_signs() -> None:
    secrets, now = [new_secret(), new_secret()], datetime(2026, 1, 2, tzinfo=UTC)
    headers = signed_headers(secrets, "3:41:x", now, b"{}")
    assert {"webhook-id", "webhook-timestamp", "webhook-signature"} == headers.keys()
    signatures = [signature(one, "3:41:x", int(now.timestamp()), b"{}") for one in secrets]
    assert signatures == headers["webhook-signature"].split(" ")


def test_a_secret_opens_for_its_webhook_alone() -> None:
    box, secret = SecretBox.of(ONE), new_secret()
    sealed = box.seal(secret, HOOK)
    assert secret.reveal() == box.open(sealed, HOOK).reveal()
    assert secret.reveal() not in sealed
    assert sealed != box.seal(secret, HOOK)
    with pytest.raises(CannotOpen):
        box.open(sealed, OTHER)
    for place in range(len(sealed)):
        with pytest.raises(CannotOpen):
            box.open(sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :], HOOK)
    for end in (0, 8, 20, len(sealed) - 1):
        with pytest.raises(CannotOpen):
            box.open(sealed[:end], HOOK)


def test_an_older_key_opens_beside_the_newest_which_seals() -> None:
    old, both, new = SecretBox.of(ONE), SecretBox.of(f"{TWO} {ONE}"), SecretBox.of(TWO)
    secret = new_secret()
    assert secret.reveal() == both.open(old.seal(secret, HOOK), HOOK).reveal()
    assert secret.reveal() == new.open(both.seal(secret, HOOK), HOOK).reveal()
    with pytest.raises(CannotOpen):
        new.open(old.seal(secret, HOOK), HOOK)


@pytest.mark.parametrize("setting", ["", "  ", "short", f"{ONE} short"])
def test_a_setting_that_is_too_short_is_refused(setting: str) -> None:
    with pytest.raises(ValueError, match="WEBHOOK_SECRET") as caught:
        SecretBox.of(setting)
    assert "short" not in str(caught.value).replace("too short", "")


def test_a_secret_is_written_as_the_standard_has_it() -> None:
    secret = new_secret()
    text = secret_text(secret)
    assert secret.reveal() == base64.b64decode(text.removeprefix("whsec_"), validate=True)
    assert 32 == len(secret.reveal())
