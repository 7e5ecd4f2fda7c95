"""Text as COPY and jsonb take it."""

import json
from datetime import UTC, datetime

import pytest

from buyqueue.events.codec import EVENT_TYPES
from projections.copying import copy_text
from projections.rows import storable_body, storable_json
from tests.controls.events import JOB


def test_each_value_is_written_as_postgres_reads_it() -> None:
    row = [None, 7, True, False, JOB, datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)]
    assert f"\\N\t7\tt\tf\t{JOB.hex}\t2026-01-02T03:04:05.678000+00:00\n".encode() == copy_text(
        [row]
    )


def test_text_cannot_end_a_column_or_a_row_or_say_null() -> None:
    rows = [["a\tb\nc\rd\\", "\\N"], ["é", ""]]
    assert "a\\tb\\nc\\rd\\\\\t\\\\N\né\t\n".encode() == copy_text(rows)


@pytest.mark.parametrize(
    "text",
    ["plain", "\0", "\0\0", "\\\0", "\\\\\0\\", "\\u0000", "\\\\u0000", "\\u0000\0\\\\u0000"],
)
def test_a_nul_in_json_is_replaced_and_what_looks_like_one_is_not(text: str) -> None:
    stored = json.loads(storable_json(json.dumps({"text": text})))
    assert {"text": text.replace("\0", "\ufffd")} == stored


@pytest.mark.parametrize(
    ("body", "stored"),
    [
        ('{"x":NaN,"y":[-Infinity,Infinity]}', '{"x":null,"y":[null,null]}'),
        ('{"NaN":"-Infinity \\" NaN"}', '{"NaN":"-Infinity \\" NaN"}'),
        ('{"a":"\\\\","b":NaN,"c":"\\\\\\""}', '{"a":"\\\\","b":null,"c":"\\\\\\""}'),
    ],
)
def test_a_number_that_is_none_is_null_and_a_text_that_says_so_is_not(
    body: str, stored: str
) -> None:
    assert stored == storable_body(body)


def test_no_field_of_an_event_can_hold_a_number_that_is_none() -> None:
    """So a null in its place changes no event."""
    for kind in EVENT_TYPES:
        assert '"type": "number"' not in json.dumps(kind.model_json_schema())
