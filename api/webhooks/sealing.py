"""Keeping the secrets of webhooks: sealed in Postgres, opened by the api, which signs with them.

NB: a hash, as of API keys, cannot sign; and the vault's key is not the api's to open. So there is
a key of its own, made of WEBHOOK_SECRET by HKDF-SHA256, and each secret is sealed with
ChaCha20-Poly1305 for its webhook: a ciphertext moved to another row does not open.
"""

import hashlib
import os
from datetime import datetime
from typing import Final, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from api.webhooks.signing import SECRET_BYTES
from api.webhooks.webhook import Webhook
from buyqueue.logs import get_logger
from buyqueue.secret import Secret

SHORTEST: Final = 32
_NAME: Final = 8
_NONCE: Final = 12

log = get_logger(__name__)


class CannotOpen(Exception):
    """A secret was sealed with a WEBHOOK_SECRET that this api is not given."""


class SecretBox:
    """Seals with the first key, opens with any. A sealed secret is key name, nonce, ciphertext."""

    def __init__(self, keys: list[Secret]) -> None:
        self._ciphers = {name_of(key): ChaCha20Poly1305(key.reveal()) for key in keys}
        self._left_out: set[UUID] = set()

    @classmethod
    def of(cls, setting: str) -> Self:
        """Read WEBHOOK_SECRET: one or more texts, separated by spaces, the newest first.

        Raises ValueError if there is none, or one is too short.
        """
        texts = setting.split()
        if not texts or any(len(text.encode()) < SHORTEST for text in texts):
            raise ValueError(
                f"WEBHOOK_SECRET must have at least {SHORTEST} bytes; `buyq keys secret` makes one"
            )
        return cls([derived(text) for text in texts])

    def seal(self, secret: Secret, webhook_id: UUID) -> bytes:
        """Seal a secret for one webhook."""
        name, cipher = next(iter(self._ciphers.items()))
        nonce = os.urandom(_NONCE)
        return name + nonce + cipher.encrypt(nonce, secret.reveal(), webhook_id.bytes)

    def open(self, sealed: bytes, webhook_id: UUID) -> Secret:
        """Open a secret; raises CannotOpen."""
        cipher = self._ciphers.get(sealed[:_NAME])
        nonce, ciphertext = sealed[_NAME : _NAME + _NONCE], sealed[_NAME + _NONCE :]
        if cipher is None:
            raise CannotOpen
        try:
            return Secret(cipher.decrypt(nonce, ciphertext, webhook_id.bytes))
        except (InvalidTag, ValueError):
            raise CannotOpen from None

    def open_old(self, sealed: bytes, webhook_id: UUID) -> list[Secret]:
        """Open the secret before the one that is good: none if it cannot be; logged once each.

        It is sealed as it was, so it goes with the WEBHOOK_SECRET that its owner rotated away from.
        """
        try:
            return [self.open(sealed, webhook_id)]
        except CannotOpen:
            if webhook_id not in self._left_out:
                self._left_out.add(webhook_id)
                log.warning("webhook.old_secret_left_out", webhook=str(webhook_id))
            return []


def good_secrets(webhook: Webhook, box: SecretBox, now: datetime) -> list[Secret]:
    """Open what signs: the secret, and the one before while it is good and can be opened.

    Raises CannotOpen if the secret itself cannot be.
    """
    good = [box.open(webhook.secret, webhook.id)]
    until = webhook.old_secret_until
    if webhook.old_secret is not None and until is not None and now < until:
        good += box.open_old(webhook.old_secret, webhook.id)
    return good


def new_secret() -> Secret:
    """Make a secret."""
    return Secret(os.urandom(SECRET_BYTES))


def derived(text: str) -> Secret:
    """Make the key of a setting: 32 bytes."""
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"buyq webhooks v1")
    return Secret(made.derive(text.encode()))


def name_of(key: Secret) -> bytes:
    """Name a key, so that it is known which one opens."""
    return hashlib.sha256(b"buyq webhooks name|" + key.reveal()).digest()[:_NAME]
