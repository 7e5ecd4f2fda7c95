"""An export is the same bytes each time, and one that was touched is found out."""

import csv
import io
import json
import tarfile
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from aiokafka.structs import ConsumerRecord

from buyqueue.events.codec import Event
from buyqueue.events.values import Fees, Landing
from projections.audit.archive import MANIFEST, MEMBERS, RECORDS, SIGNATURE, NotIntact, pack
from projections.audit.canonical import canonical
from projections.audit.export import Span
from projections.audit.signing import public_key_of, sign
from projections.audit.verify import verify
from projections.fold import Changes, fold_batch, read_wire
from tests.audit.records import KEY, at, exported, record
from tests.controls.events import SIGNATURES, landed_anew, requested
from tests.controls.signatures import signature_found
from tests.projections.buys import OWN_WALLET, of_buy, shuffled, some_buy, whole_buy

PUBLIC = public_key_of(KEY)
WHOLE = Span(None, at(10_000))


def log(seed: int = 1) -> list[list[ConsumerRecord]]:
    """Two partitions, with strays, late events, and records that nobody can read."""
    dice = Random(seed)
    partitions = []
    for _ in range(2):
        events = shuffled(dice, [some_buy(dice, f"user-{n}é") for n in range(4)])
        records = [record(offset, event) for offset, event in enumerate(events)]
        end = len(records)
        odd = [b"\xff\xfe", None, b'{"type": "BuyTeleported"}']
        records += [record(end + n, None, value) for n, value in enumerate(odd)]
        partitions.append(records)
    return partitions


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in member(file, RECORDS).splitlines()]


def member(file: Path, name: str) -> bytes:
    with tarfile.open(file) as archive:
        found = archive.extractfile(name)
        assert found is not None
        return found.read()


def test_the_same_span_gives_the_same_bytes(tmp_path: Path) -> None:
    partitions = log()
    first = exported(tmp_path, partitions, WHOLE).read_bytes()
    assert first == exported(tmp_path, partitions, WHOLE).read_bytes()


def test_the_span_that_a_manifest_names_gives_the_same_bytes(tmp_path: Path) -> None:
    """Also where it was asked for with microseconds, as a clock has them."""
    partitions, more = log(), timedelta(microseconds=456)
    first = exported(tmp_path, partitions, Span(at(2) + more, at(5) + more))
    said, made = verify(first, PUBLIC).manifest, first.read_bytes()
    named = Span(datetime.fromisoformat(said["from"]), datetime.fromisoformat(said["to"]))
    assert (at(2), at(5)) == (named.first, named.end)
    assert [6, made] == [said["records"], exported(tmp_path, partitions, named).read_bytes()]


def test_an_export_that_nobody_touched_is_intact(tmp_path: Path) -> None:
    partitions = log()
    found = verify(exported(tmp_path, partitions, WHOLE), PUBLIC)
    assert sum(map(len, partitions)) == found.manifest["records"]
    assert found.continued == 0
    assert [8, 8] == [found.manifest["buys"], len(list(csv.DictReader(io.StringIO(found.table))))]


def test_one_changed_byte_is_found_wherever_it_is(tmp_path: Path) -> None:
    """A thousand times, each at another place; every byte of the head once more."""
    file = exported(tmp_path, log(), WHOLE)
    intact, dice = bytearray(file.read_bytes()), Random(5)
    places = [*dice.sample(range(len(intact)), 1_000), *range(0, 512, 7)]
    unnoticed = []
    for place in places:
        was = intact[place]
        intact[place] ^= dice.randint(1, 255)
        file.write_bytes(intact)
        intact[place] = was
        try:
            verify(file, None)
        except NotIntact:
            continue
        unnoticed.append(place)
    assert [] == unnoticed


@pytest.mark.parametrize("cut", [1, 511, 512, 1024, 5_000])
def test_a_file_that_was_cut_or_grew_is_found(tmp_path: Path, cut: int) -> None:
    file = exported(tmp_path, log(), WHOLE)
    intact = file.read_bytes()
    for changed in (intact[:-cut], intact + bytes(cut)):
        file.write_bytes(changed)
        with pytest.raises(NotIntact):
            verify(file, None)


def test_another_key_than_the_pinned_one_is_found(tmp_path: Path) -> None:
    file = exported(tmp_path, log(), WHOLE)
    with pytest.raises(NotIntact, match="another key"):
        verify(file, "A" * 43 + "=")


def test_a_record_taken_out_is_found_although_all_else_was_made_anew(tmp_path: Path) -> None:
    """Whoever has the key can sign anything; the chain of a buy still shows the gap."""
    file = exported(tmp_path, [[record(n, e) for n, e in enumerate(whole_buy("user"))]], WHOLE)
    members: dict[str, Path | bytes] = {name: member(file, name) for name in MEMBERS}
    kept = member(file, RECORDS).splitlines(keepends=True)
    members[RECORDS] = b"".join(kept[:3] + kept[4:])
    resigned(members, file)
    with pytest.raises(NotIntact, match="does not follow the one before it"):
        verify(file, None)


def resigned(members: dict[str, Path | bytes], file: Path) -> None:
    records, manifest = members[RECORDS], members[MANIFEST]
    assert isinstance(records, bytes)
    assert isinstance(manifest, bytes)
    said = json.loads(manifest)
    said["records"] -= 1
    said["files"][RECORDS] = {"sha256": sha256(records).hexdigest(), "bytes": len(records)}
    text = canonical(said)
    members[MANIFEST], members[SIGNATURE] = text, sign(KEY, text)
    pack(file, members)


def test_two_spans_side_by_side_hold_each_record_once_and_their_chains_meet(tmp_path: Path) -> None:
    events = whole_buy("user")
    records = [[record(n, event) for n, event in enumerate(events)]]
    whole = lines(exported(tmp_path, records, WHOLE))
    early = lines(exported(tmp_path, records, Span(None, at(4))))
    file = exported(tmp_path, records, Span(at(4), at(10_000)))
    late = lines(file)
    assert whole == early + late
    assert early[-1]["chain"] == late[0]["chainBefore"]
    assert verify(file, PUBLIC).continued == 1


def test_the_table_says_how_a_buy_stood_at_the_end_of_the_span(tmp_path: Path) -> None:
    records = [[record(n, event) for n, event in enumerate(whole_buy("=user"))]]
    rows = []
    for second in (1, 5, 100):
        found = verify(exported(tmp_path, records, Span(None, at(second))), PUBLIC)
        rows += list(csv.DictReader(io.StringIO(found.table)))
    assert ["queued", "active", "completed"] == [row["status"] for row in rows]
    assert ("'=user", "104044280", "1234") == tuple(
        rows[-1][name] for name in ("userId", "lamportsSpent", "slot")
    )


def test_ignored_and_unreadable_records_are_in_it_with_the_reason(tmp_path: Path) -> None:
    events = whole_buy("user")
    again = of_buy(events[0].job_id, events[:1], "user")
    records = [record(n, event) for n, event in enumerate([*events, *again])]
    records.append(record(len(records), None, b"{"))
    found = lines(exported(tmp_path, [records], WHOLE))
    assert ("already completed", None) == (found[-2]["ignored"], found[-2]["unreadable"])
    assert found[-1]["jobId"] is None
    assert str(found[-1]["unreadable"]).startswith("the record: Invalid JSON")


def test_a_buy_that_a_fork_moved_has_the_figures_of_where_it_stayed(tmp_path: Path) -> None:
    *buy, finalized = whole_buy("user")
    anew = Landing(lamports_spent=7, tokens_received=8, token_decimals=6, fees=Fees(priority=9))
    moved = finalized.model_copy(update={"slot": 1_240, "landed_anew": anew})
    records = [[record(n, event) for n, event in enumerate([*buy, moved])]]
    found = verify(exported(tmp_path, records, WHOLE), PUBLIC)
    (row,) = csv.DictReader(io.StringIO(found.table))
    names = ("slot", "lamportsSpent", "tokensReceived", "priorityFee", "finalized")
    assert ["1240", "7", "8", "9", "true"] == [row[name] for name in names]


def test_a_buy_that_landed_anew_under_another_signature_is_as_the_projection_has_it(
    tmp_path: Path,
) -> None:
    """The wallet's holder sent it under a second one, after a fork took the first one back."""
    events: list[Event] = [requested(custody="client"), *(make() for make in OWN_WALLET[:-1])]
    events += [signature_found(signature=SIGNATURES[1]), landed_anew(SIGNATURES[1])]
    records = [record(n, event) for n, event in enumerate(events)]
    table = verify(exported(tmp_path, [records], WHOLE), PUBLIC).table
    (told,) = csv.DictReader(io.StringIO(table))
    changes = Changes()
    fold_batch({}, [read_wire(0, raw.offset, raw.key, raw.value) for raw in records], changes)
    (row,) = changes.buys.values()
    names = {
        "signature": "signature",
        "slot": "slot",
        "lamportsSpent": "lamports_spent",
        "tokensReceived": "tokens_received",
        "status": "status",
    }
    assert SIGNATURES[1] == told["signature"]
    assert [str(row[name]) for name in names.values()] == [told[name] for name in names]
