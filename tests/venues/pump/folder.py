"""A folder of pump.fun's real programs and of their configuration, as `--programs` reads it."""

import json
from base64 import b64encode
from pathlib import Path

from solders.keypair import Keypair
from solders.pubkey import Pubkey

from sandbox.solana.ledger.chain import Chain
from sandbox.solana.node import LocalNode
from sandbox.solana.programs import KNOWN
from tests.venues.ground import Ground
from tests.venues.programs import programs
from tests.venues.pump.state import configure, configured_keys


def write_folder(folder: Path, names: tuple[str, ...], authority: Keypair) -> None:
    """Write it; the accounts are those of a chain on which `configure` ran."""
    ground = Ground(LocalNode(paused=True), authority)
    configure(ground)
    for name in names:
        (folder / f"{name}.so").symlink_to(programs()[KNOWN[name]])
    (folder / "accounts").mkdir()
    for key in configured_keys():
        dump = json.dumps(_dump(ground.chain, key))
        (folder / "accounts" / f"{key}.json").write_text(dump)
    ground.chain.close()


def _dump(chain: Chain, key: Pubkey) -> dict[str, object]:
    account = chain.accounts.now(key)
    assert account is not None
    return {
        "pubkey": str(key),
        "account": {
            "lamports": account.lamports,
            "data": [b64encode(account.data).decode(), "base64"],
            "owner": str(account.owner),
            "executable": account.executable,
            "rentEpoch": 2**64 - 1,
            "space": len(account.data),
        },
    }
