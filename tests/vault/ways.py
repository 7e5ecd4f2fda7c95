"""Naming a wallet in each way, as a client and an operator would."""

import base64
import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from solders.keypair import Keypair
from sqlalchemy import insert

from buyqueue.clock import SystemClock
from buyqueue.signers import config_of
from buyqueue.tables import SIGNERS
from tests.vault.shop import USER, Shop

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def seal(
    vault_key: dict[str, str], keypair: Keypair, reference: str, user_id: str = USER
) -> dict[str, str]:
    """Seal as a client does: by what the route says, and with nothing of ours."""
    wallet = str(keypair.pubkey())
    info = vault_key["info"]
    for name, value in (
        ("keyId", vault_key["keyId"]), ("wallet", wallet), ("reference", reference),
        ("userId", user_id),
    ):  # fmt: skip
        info = info.replace("{" + name + "}", value)
    public = X25519PublicKey.from_public_bytes(base64.b64decode(vault_key["publicKey"]))
    sealed = SUITE.encrypt(bytes(keypair), public, info=info.encode())
    return {
        "keyId": vault_key["keyId"],
        "ciphertext": base64.b64encode(sealed).decode(),
        "wallet": wallet,
        "reference": reference,
    }


def new_reference() -> str:
    return str(SystemClock().new_id())


async def register(shop: Shop, wallet: str, kind: str, user_id: str = USER, **config: Any) -> str:
    """Register a signer; its signerId."""
    clock = SystemClock()
    row = {
        "id": clock.new_id(), "user_id": user_id, "wallet": wallet, "kind": kind,
        "config": config_of(kind, config), "created_at": clock.now(),
    }  # fmt: skip
    async with shop.engine.begin() as connection:
        await connection.execute(insert(SIGNERS).values(row))
    return str(UUID(str(row["id"])))


def keypair_file(folder: Path, keypair: Keypair, mode: int = 0o600) -> str:
    """Write a Solana CLI keypair file; its name."""
    name = f"{keypair.pubkey()}.json"
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT, mode)
    with os.fdopen(descriptor, "w") as file:
        json.dump(list(bytes(keypair)), file)
    return name
