"""The folder of real programs, read and loaded."""

import json
from pathlib import Path

import pytest
from solders.account import Account
from solders.pubkey import Pubkey
from typer.testing import CliRunner

from buyq.cli import app
from sandbox.solana.ledger.chain import Chain
from sandbox.solana.programs import KNOWN, NotAProgramFolder, load, read_folder
from tests.venues.programs import crate_folder, missing

KEY, OWNER = Pubkey.new_unique(), Pubkey.new_unique()


def dumped(folder: Path, **other: object) -> None:
    (folder / "accounts").mkdir()
    account = {"lamports": 5, "data": ["AQI=", "base64"], "owner": str(OWNER)} | other
    text = json.dumps({"pubkey": str(KEY), "account": account})
    (folder / "accounts" / "global.json").write_text(text)


def test_pumps_own_programs_are_loaded_by_their_names() -> None:
    if why := missing(("pump", "pump_amm", "pump_fees")):
        pytest.skip(why)
    folder = crate_folder()
    if folder is None:
        pytest.skip("no cargo")
    chain = Chain()
    load(chain, read_folder(folder))
    account = chain.accounts.now(Pubkey.from_string(KNOWN["pump"]))
    assert account is not None
    assert account.executable


def test_a_dumped_account_is_loaded_once(tmp_path: Path) -> None:
    dumped(tmp_path)
    chain = Chain()
    load(chain, read_folder(tmp_path))
    found = chain.accounts.now(KEY)
    assert found is not None
    assert (5, b"\x01\x02", OWNER) == (found.lamports, bytes(found.data), found.owner)
    chain.put_account(KEY, Account(7, b"", OWNER))
    load(chain, read_folder(tmp_path))
    kept = chain.accounts.now(KEY)
    assert kept is not None
    assert 7 == kept.lamports


@pytest.mark.parametrize("other", [{"data": ["AQI=", "base58"]}, {"owner": "nobody"}])
def test_a_file_that_is_no_dump_is_named(tmp_path: Path, other: dict[str, object]) -> None:
    dumped(tmp_path, **other)
    with pytest.raises(NotAProgramFolder, match=r"global\.json"):
        read_folder(tmp_path)


def test_an_empty_folder_and_a_nameless_program_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAProgramFolder, match="neither"):
        read_folder(tmp_path)
    (tmp_path / "swap.so").write_bytes(b"")
    with pytest.raises(NotAProgramFolder, match=r"swap\.so"):
        read_folder(tmp_path)


def test_the_command_line_says_what_is_wrong_with_a_folder(tmp_path: Path) -> None:
    asked = CliRunner().invoke(app, ["sandbox", "--programs", str(tmp_path)])
    assert 2 == asked.exit_code
    assert "neither" in asked.output
