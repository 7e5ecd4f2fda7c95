"""A wallet key in every way that somebody might write it."""

import base64

from solders.keypair import Keypair


def canaries(keypair: Keypair) -> list[bytes]:
    """The key and its seed as anybody might write them."""
    found: list[bytes] = []
    for raw in (bytes(keypair), bytes(keypair)[:32]):
        found += [
            raw,
            raw.hex().encode(),
            raw.hex().upper().encode(),
            base64.b64encode(raw).rstrip(b"=")[:-1],
            str(list(raw))[1:-1].encode(),
            ",".join(map(str, raw)).encode(),
            repr(raw)[2:-1].encode(),
        ]
    return [*found, str(keypair).encode()]
