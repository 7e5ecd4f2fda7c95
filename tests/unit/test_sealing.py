"""A sealed key opens for its own job and wallet, and nowhere else."""

import copy
import pickle
from uuid import UUID

import pytest

from buyqueue.errors import Code, Refused
from buyqueue.sealing import Opener, Sealed, Sealer, new_private_key, public_key_of
from buyqueue.secret import Secret
from tests.controls.events import JOB, MINT, WALLET

PRIVATE = new_private_key()
SEALER, OPENER = Sealer.from_text(public_key_of(PRIVATE)), Opener.from_text(PRIVATE)
KEY = bytes(range(64))


def test_what_is_sealed_opens() -> None:
    assert OPENER.open(SEALER.seal(Secret(KEY), JOB, WALLET), JOB, WALLET).reveal() == KEY


@pytest.mark.parametrize("change", ["job", "wallet", "key id", "bytes", "vault"])
def test_what_was_moved_or_changed_does_not_open(change: str) -> None:
    sealed = SEALER.seal(Secret(KEY), JOB, WALLET)
    job, wallet, opener = JOB, WALLET, OPENER
    match change:
        case "job":
            job = UUID(int=1)
        case "wallet":
            wallet = MINT
        case "key id":
            sealed = Sealed("0" * 16, sealed.ciphertext)
        case "bytes":
            sealed = Sealed(sealed.key_id, sealed.ciphertext[:-1] + b"\x00")
        case "vault":
            opener = Opener.from_text(new_private_key())
    with pytest.raises(Refused) as caught:
        opener.open(sealed, job, wallet)
    assert caught.value.code == Code.KEY_UNAVAILABLE


@pytest.mark.parametrize("show", [str, repr, "{}".format, lambda secret: f"{secret:>30}"])
def test_a_secret_is_not_shown(show: object) -> None:
    assert "x1" not in show(Secret(b"x1"))  # type: ignore[operator]


@pytest.mark.parametrize("make", [pickle.dumps, copy.deepcopy])
def test_a_secret_is_not_carried_away(make: object) -> None:
    with pytest.raises(TypeError):
        make(Secret(KEY))  # type: ignore[operator]


def test_a_wiped_secret_is_gone() -> None:
    secret = Secret(KEY)
    secret.wipe()
    assert bytes(64) == secret.reveal()


@pytest.mark.parametrize("text", ["", "AAAA", "not base64!"])
def test_a_vault_key_has_32_bytes(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Sealer.from_text(text)
