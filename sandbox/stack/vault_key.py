"""The vault key of a local stack: made once, readable by its owner only."""

import os
from pathlib import Path

from buyqueue.sealing import new_private_key, public_key_of


def vault_key(folder: Path) -> tuple[str, Path]:
    """Answer the public key and the file of the private one, made when it is missing."""
    path = folder / "private.key"
    if not path.exists():
        scratch = path.with_suffix(".new")
        scratch.unlink(missing_ok=True)
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(new_private_key())
        scratch.rename(path)
    return public_key_of(path.read_text()), path
