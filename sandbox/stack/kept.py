"""The secrets of a local stack: each made once, readable by its owner only."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from buyqueue.sealing import new_private_key, public_key_of


def vault_key(folder: Path) -> tuple[str, Path]:
    """Answer the public key and the file of the private one, made when it is missing."""
    path = kept(folder / "private.key", new_private_key)
    return public_key_of(path.read_text()), path


def webhook_secret(folder: Path) -> str:
    """Answer what seals the secrets of webhooks, made when it is missing."""
    return kept(folder / "webhooks.secret", lambda: secrets.token_urlsafe(32)).read_text()


def kept(path: Path, make: Callable[[], str]) -> Path:
    """Answer the file of a secret, made when it is missing."""
    if not path.exists():
        scratch = path.with_suffix(".new")
        scratch.unlink(missing_ok=True)
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        scratch.rename(path)
    return path
