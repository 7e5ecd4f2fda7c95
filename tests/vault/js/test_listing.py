"""The listing of docs/keys.md seals what a worker opens, with a library that is not ours."""

import base64
import json
import re
from pathlib import Path

import pytest
from solders.keypair import Keypair

from buyqueue.sealing import (
    CLIENT_INFO,
    ForUser,
    Opener,
    Sealed,
    new_private_key,
    public_key_of,
    public_key_text,
)
from tests.npm import installed, run

PAGE = Path(__file__).parents[3] / "docs" / "keys.md"
PACKAGES = ("@hpke/core@1", "@hpke/dhkem-x25519@1", "@hpke/chacha20poly1305@1")
PROGRAM = """
import { readFileSync } from 'node:fs';
const { vaultKey, keypair, ...order } = JSON.parse(readFileSync('order.json', 'utf8'));
const sealed = await sealWalletKey(vaultKey, { keypair: Uint8Array.from(keypair), ...order });
console.log(JSON.stringify(sealed));
"""


@pytest.fixture(scope="module")
async def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hpke")
    for package in PACKAGES:
        await installed(folder, package)
    (listing,) = re.findall(r"```js\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (folder / "seal.mjs").write_text(listing + PROGRAM)
    return folder


@pytest.mark.parametrize("user_id", ["user123", "a|b {userId}{wallet} \u00e9 \U0001f600"])
async def test_the_listing_seals_what_a_worker_opens(packages: Path, user_id: str) -> None:
    private, keypair = new_private_key(), Keypair()
    opener, wallet = Opener.from_text(private), str(keypair.pubkey())
    vault_key = {
        "keyId": opener.key_id,
        "publicKey": public_key_text(opener.public_key),
        "info": CLIENT_INFO,
    }
    order = {
        "vaultKey": vault_key,
        "keypair": list(bytes(keypair)),
        "wallet": wallet,
        "userId": user_id,
        "reference": "reference-1",
    }
    assert vault_key["publicKey"] == public_key_of(private)
    (packages / "order.json").write_text(json.dumps(order))
    code, written = await run("node", "seal.mjs", cwd=packages, within_s=30)
    assert code == 0, written
    sealed = json.loads(written)
    ciphertext = base64.b64decode(sealed["ciphertext"])
    opened = opener.open_for(
        ForUser(user_id, wallet, "reference-1"), Sealed(sealed["keyId"], ciphertext)
    )
    assert opened.reveal() == bytes(keypair)
