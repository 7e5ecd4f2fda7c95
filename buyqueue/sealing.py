"""Sealing a wallet key to the vault's public key, so that only a worker can open it.

HPKE (RFC 9180) base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20-Poly1305.
The job, the wallet and the key id are HPKE's `info`: a ciphertext that is moved to another job
or wallet does not open.
"""

import base64
import hashlib
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from buyqueue.errors import Code, Refused
from buyqueue.secret import Secret

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A wallet key that only the vault's private key opens."""

    key_id: str
    ciphertext: bytes


def _info(job_id: UUID, wallet: str, key_id: str) -> bytes:
    return f"buyq vault v1|{job_id}|{wallet}|{key_id}".encode()


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

    def seal(self, secret: Secret, job_id: UUID, wallet: str) -> Sealed:
        """Seal a wallet key for one job and wallet."""
        key_id = key_id_of(self.public_key)
        public = X25519PublicKey.from_public_bytes(self.public_key)
        sealed = _SUITE.encrypt(secret.reveal(), public, info=_info(job_id, wallet, key_id))
        return Sealed(key_id, sealed)


class Opener:
    """The half that only a worker holds."""

    def __init__(self, private_key: Secret) -> None:
        self._private = X25519PrivateKey.from_private_bytes(private_key.reveal())
        self.public_key = self._private.public_key().public_bytes_raw()

    @classmethod
    def from_text(cls, text: str) -> "Opener":
        """Read the private key from base64. Raises ValueError unless it holds 32 bytes."""
        return cls(Secret(_key_bytes(text)))

    def open(self, sealed: Sealed, job_id: UUID, wallet: str) -> Secret:
        """Open a wallet key.

        Raises Refused(KEY_UNAVAILABLE) if it was sealed for another job, wallet or key.
        """
        try:
            info = _info(job_id, wallet, sealed.key_id)
            return Secret(_SUITE.decrypt(sealed.ciphertext, self._private, info=info))
        except (InvalidTag, ValueError):
            raise Refused(
                Code.KEY_UNAVAILABLE, f"the wallet key of {job_id} does not open"
            ) from None


def new_private_key() -> str:
    """Make a vault key, in base64."""
    return base64.b64encode(X25519PrivateKey.generate().private_bytes_raw()).decode()


def public_key_of(private_key: str) -> str:
    """Answer the public half of a vault key, in base64."""
    return base64.b64encode(Opener.from_text(private_key).public_key).decode()


def _key_bytes(text: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    if len(raw) != 32:
        raise ValueError("a vault key is 32 bytes in base64")
    return raw
