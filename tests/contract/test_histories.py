"""What any version has written folds to what it meant then."""

import json
from pathlib import Path
from typing import Any

import pytest

from buyqueue.buy.evolve import fold
from buyqueue.events.codec import decode, encode
from buyqueue.log.record import Poison, read_record
from buyqueue.log.topic import key_of
from projections.fold import Changes, Wire, fold_batch
from tests.contract.write_histories import FOLDER, told
from tests.controls import events as controls

STORED = sorted(FOLDER.glob("*.jsonl"))


def lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines()


def test_there_are_histories() -> None:
    assert len(STORED) >= 8


@pytest.mark.parametrize("file", STORED, ids=lambda file: file.stem)
def test_a_stored_history_folds_to_the_state_on_record(file: Path) -> None:
    """A state may have gained fields since then; those it had mean what they meant."""
    stored = json.loads(file.with_suffix(".state.json").read_text())
    folded = told(fold(decode(line) for line in lines(file)))
    assert stored == only(stored, folded)


def only(stored: Any, folded: Any) -> Any:
    """The folded values under the names that are on record."""
    if isinstance(stored, dict) and isinstance(folded, dict):
        return {name: only(value, folded.get(name, "gone")) for name, value in stored.items()}
    return folded


def test_an_event_of_an_unknown_type_is_passed_and_listed() -> None:
    """A newer writer's new event: this version's fold goes on, and says where it was."""
    known = lines(FOLDER / "2026-11-completed.jsonl")
    key = key_of(controls.JOB)
    strange = encode(controls.sent()).replace(b'"BuySent"', b'"BuyTeleported"')
    values = [*known[:4], strange, *known[4:]]
    records = [read_record(0, offset, key, value) for offset, value in enumerate(values)]
    assert [4] == [record.offset for record in records if isinstance(record, Poison)]
    changes = Changes()
    wires = [Wire(record, "") for record in records]
    fold_batch({}, wires, changes)
    assert "completed" == changes.buys[controls.JOB]["status"]
    assert [4] == [row.cursor for row in changes.poison]
