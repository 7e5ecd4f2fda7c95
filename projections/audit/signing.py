"""Who vouches for an export: an Ed25519 key (RFC 8032), whose signatures are deterministic."""

import base64
import binascii
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from buyqueue.secret import Secret

_CONTEXT: Final = b"buyq audit export 1\n"
"""Signed in front of the manifest: a signature for anything else is none for this."""


class BadKey(ValueError):
    """A text that is no key of an export."""


def new_key() -> Secret:
    """Make a private key: 32 random bytes."""
    return Secret(Ed25519PrivateKey.generate().private_bytes_raw())


def read_key(text: str) -> Secret:
    """Read a private key, base64 of 32 bytes; raises BadKey, which does not repeat it."""
    return Secret(_bytes_of(text.strip(), "the audit key"))


def key_text(key: Secret) -> str:
    """Write a private key, for its file."""
    return base64.b64encode(key.reveal()).decode()


def public_key_of(key: Secret) -> str:
    """Answer the public half: base64 of 32 bytes."""
    private = Ed25519PrivateKey.from_private_bytes(key.reveal())
    return base64.b64encode(private.public_key().public_bytes_raw()).decode()


def sign(key: Secret, manifest: bytes) -> bytes:
    """Sign a manifest: hexadecimal, one line."""
    signature = Ed25519PrivateKey.from_private_bytes(key.reveal()).sign(_CONTEXT + manifest)
    return signature.hex().encode() + b"\n"


def is_signed(public_key: str, manifest: bytes, signature: bytes) -> bool:
    """Tell whether this is that key's signature of the manifest, written as `sign` writes it."""
    public = Ed25519PublicKey.from_public_bytes(_bytes_of(public_key, "the public key"))
    try:
        raw = bytes.fromhex(signature.decode("ascii"))
        public.verify(raw, _CONTEXT + manifest)
    except (ValueError, InvalidSignature):
        return False
    return raw.hex().encode() + b"\n" == signature


def _bytes_of(text: str, name: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32:
        raise BadKey(f"{name} is not base64 of 32 bytes")
    return raw
