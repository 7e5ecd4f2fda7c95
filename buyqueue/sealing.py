"""Sealing a wallet key to the vault's public key, so that only a worker can open it.

HPKE (RFC 9180) base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20-Poly1305.
What a key is sealed for is HPKE's `info`: a ciphertext that is moved to another job, user or
wallet does not open.
"""

import base64
import hashlib
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from buyqueue.errors import Code, Refused
from buyqueue.secret import Secret

SUITE_NAME: Final = "HPKE-X25519-HKDF-SHA256-ChaCha20Poly1305"
CLIENT_INFO: Final = "buyq client key v1|{keyId}|{wallet}|{reference}|{userId}"
"""What a client binds its key to. Only the last part may hold a `|`, so no two orders share it."""
SEALED_KEY_BYTES: Final = 32 + 64 + 16
"""The encapsulated key, a keypair, and the authentication tag."""

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A wallet key that only the vault's private key opens."""

    key_id: str
    ciphertext: bytes


class Purpose(Protocol):
    """What a key is sealed for."""

    def info(self, key_id: str) -> bytes:
        """Answer HPKE's info for this purpose and vault key."""


@dataclass(frozen=True, slots=True)
class ForJob:
    """The purpose that the api seals for: one job."""

    job_id: UUID
    wallet: str

    def info(self, key_id: str) -> bytes:
        """Answer HPKE's info."""
        return f"buyq vault v1|{self.job_id}|{self.wallet}|{key_id}".encode()


@dataclass(frozen=True, slots=True)
class ForUser:
    """The purpose that a client seals for: one user's one order, by a reference of its choice."""

    user_id: str
    wallet: str
    reference: str

    def info(self, key_id: str) -> bytes:
        """Answer HPKE's info, as CLIENT_INFO says, in UTF-8."""
        return CLIENT_INFO.format(
            keyId=key_id, wallet=self.wallet, reference=self.reference, userId=self.user_id
        ).encode()


def key_id_of(public_key: bytes) -> str:
    """Name a public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Sealer:
    """The half that the api holds: it can seal, and open nothing."""

    public_key: bytes

    @classmethod
    def from_text(cls, text: str) -> "Sealer":
        """Read the public key from base64. Raises ValueError unless it holds 32 bytes."""
        return cls(_key_bytes(text))

    @property
    def key_id(self) -> str:
        """The key's name."""
        return key_id_of(self.public_key)

    def seal(self, secret: Secret, job_id: UUID, wallet: str) -> Sealed:
        """Seal a wallet key for one job and wallet."""
        return self.seal_for(ForJob(job_id, wallet), secret)

    def seal_for(self, purpose: Purpose, secret: Secret) -> Sealed:
        """Seal a wallet key for a purpose."""
        public = X25519PublicKey.from_public_bytes(self.public_key)
        info = purpose.info(self.key_id)
        return Sealed(self.key_id, _SUITE.encrypt(secret.borrow(), public, info=info))


class Opener:
    """The half that only a worker holds."""

    def __init__(self, private_key: Secret) -> None:
        self._private = X25519PrivateKey.from_private_bytes(private_key.borrow())
        self.public_key = self._private.public_key().public_bytes_raw()
        self.key_id = key_id_of(self.public_key)

    @classmethod
    def from_text(cls, text: str) -> "Opener":
        """Read the private key from base64. Raises ValueError unless it holds 32 bytes."""
        secret = Secret(_key_bytes(text))
        try:
            return cls(secret)
        finally:
            secret.wipe()

    def open(self, sealed: Sealed, job_id: UUID, wallet: str) -> Secret:
        """Open what `Sealer.seal` sealed; raises as `open_for` does."""
        return self.open_for(ForJob(job_id, wallet), sealed)

    def open_for(self, purpose: Purpose, sealed: Sealed) -> Secret:
        """Open a wallet key.

        Raises Refused(KEY_UNAVAILABLE) if it was sealed for another purpose or to another key.
        """
        try:
            info = purpose.info(sealed.key_id)
            return Secret(_SUITE.decrypt(sealed.ciphertext, self._private, info=info))
        except (InvalidTag, ValueError):
            raise key_unavailable() from None


def key_unavailable() -> Refused:
    """Say that a buy cannot be signed, and not why: that would help only whoever tampers."""
    return Refused(Code.KEY_UNAVAILABLE, "The wallet key of this buy is not available")


def new_private_key() -> str:
    """Make a vault key, in base64."""
    return base64.b64encode(X25519PrivateKey.generate().private_bytes_raw()).decode()


def public_key_of(private_key: str) -> str:
    """Answer the public half of a vault key, in base64."""
    return public_key_text(Opener.from_text(private_key).public_key)


def public_key_text(public_key: bytes) -> str:
    """Write a public key in base64."""
    return base64.b64encode(public_key).decode()


def _key_bytes(text: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    if len(raw) != 32:
        raise ValueError("a vault key is 32 bytes in base64")
    return raw
