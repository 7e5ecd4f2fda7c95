"""`buyq vault` and `buyq signers`, as an operator runs them."""

import asyncio
import os
import stat
import sys
from pathlib import Path
from uuid import UUID

import pytest
from solders.keypair import Keypair

from buyqueue.sealing import new_private_key, public_key_of
from buyqueue.signers import config_of
from tests.vault.shop import USER, Shop
from tests.vault.ways import keypair_file


async def buyq(*arguments: str, **environment: str) -> tuple[int, str, str]:
    """Run the program; its code, output and errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "buyq", *arguments, env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


def told(shop: Shop) -> dict[str, str]:
    return {"DATABASE_URL": shop.settings.database_url.get_secret_value()}


@pytest.mark.parametrize("command", [("vault", "key"), ("vault-key",)])
async def test_a_key_pair_is_printed(command: tuple[str, ...]) -> None:
    code, out, _ = await buyq(*command)
    assert code == 0
    found = dict(line.split("=", 1) for line in out.split())
    assert found["VAULT_PUBLIC_KEY"] == public_key_of(found["VAULT_PRIVATE_KEY"])


async def test_a_file_gets_the_newest_key_first_and_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    publics: list[str] = []
    for _ in range(2):
        code, out, _ = await buyq("vault", "key", "--file", str(file))
        assert code == 0
        assert "PRIVATE" not in out
        publics.insert(0, out.strip().removeprefix("VAULT_PUBLIC_KEY="))
    assert [public_key_of(line) for line in file.read_text().split()] == publics
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    code, _, err = await buyq("vault", "key", "--file", str(file))
    assert (code, "chmod 600" in err) == (1, True)


async def test_rotation_prints_counts_and_fails_for_what_it_cannot_open(shop: Shop) -> None:
    code, out, _ = await buyq("vault", "rotate", **told(shop), VAULT_PRIVATE_KEY=new_private_key())
    assert (code, out) == (0, "moved=0 newest=0 remote=0 gone=0 unreadable=0\n")
    code, _, err = await buyq("vault", "rotate", **told(shop), VAULT_PRIVATE_KEY="nonsense-key")
    assert code == 2
    assert "nonsense-key" not in err


async def test_a_signer_is_registered_used_listed_and_removed(shop: Shop, keys_dir: Path) -> None:
    buyer = await shop.buyer()
    wallet, file = str(buyer.pubkey()), keypair_file(keys_dir, buyer)
    code, out, err = await buyq(
        "signers", "add", "--user", USER, "--wallet", wallet, "--kind", "memory",
        "--set", f"file={file}", **told(shop),
    )  # fmt: skip
    assert code == 0, err
    signer = str(UUID(out.strip()))
    await shop.bought(shop.order(signerId=signer))
    assert f"{signer}\t{USER}\t{wallet}" in (await buyq("signers", "list", **told(shop)))[1]
    assert (await buyq("signers", "list", "--user", "nobody", **told(shop)))[1] == ""
    assert (await buyq("signers", "remove", signer, **told(shop)))[0] == 0
    assert (await buyq("signers", "remove", signer, **told(shop)))[0] == 1
    assert (await shop.post(shop.order(signerId=signer)))[0] == 404


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("abacus", {}),
        ("vault", {}),
        ("vault", {"keyName": "k", "token": "hvs.secret-token"}),
        ("vault", {"keyName": "../sys/raw"}),
        ("memory", {"file": "../other"}),
        ("memory", {"file": ".hidden"}),
        ("memory", {"file": "/etc/passwd"}),
        ("memory", {"file": "a", "key": str(Keypair())}),
    ],
)
def test_a_configuration_has_no_place_for_a_secret_or_a_path(
    kind: str, values: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        config_of(kind, values)
    assert not any(value in str(caught.value) for value in values.values() if len(value) > 1)
