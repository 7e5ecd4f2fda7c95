"""The search for keys finds what it looks for: in a log, in a database, in any writing."""

from pathlib import Path

import pytest
from solders.keypair import Keypair

from tests.canaries import canaries
from tests.chaos.evidence import Broken
from tests.chaos.leaks import leaked
from tests.chaos.overheard import Overheard

FORMS = range(len(canaries(Keypair())))


@pytest.mark.parametrize("form", FORMS)
def test_a_key_in_any_writing_is_found_wherever_it_stands(tmp_path: Path, form: int) -> None:
    keypairs = [Keypair() for _ in range(100)]
    place = tmp_path / "kafka" / "buys-3" / "0.log"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"x" * 5_000 + canaries(keypairs[-1])[form] + b"y")
    assert [Broken("leaked", None, f"a key stands in {place}")] == leaked(keypairs, [tmp_path], [])


def test_a_key_behind_a_hole_in_a_file_is_found(tmp_path: Path) -> None:
    keypair, file = Keypair(), tmp_path / "sparse"
    with file.open("wb") as sparse:
        sparse.seek(10_000_000)
        sparse.write(b"x" + bytes(keypair))
        sparse.truncate(20_000_000)
    assert [Broken("leaked", None, f"a key stands in {file}")] == leaked([keypair], [tmp_path], [])


@pytest.mark.parametrize("kept", range(3))
def test_a_key_in_a_frame_an_answer_or_the_metrics_is_found(tmp_path: Path, kept: int) -> None:
    keypair, overheard = Keypair(), Overheard(tmp_path)
    file = overheard.files[kept]
    overheard.note(file, f'2["external_buy_result",{{"error":"bad key {keypair}"}}]')
    assert [Broken("leaked", None, f"a key stands in {file}")] == leaked([keypair], [tmp_path], [])


def test_public_keys_signatures_and_empty_files_are_no_keys(tmp_path: Path) -> None:
    keypair = Keypair()
    signature = keypair.sign_message(b"buy")
    (tmp_path / "log").write_text(f"{keypair.pubkey()} {signature} {bytes(signature).hex()}")
    (tmp_path / "empty").touch()
    assert [] == leaked([keypair], [tmp_path], [])
