"""Times of messages, as others may have written them."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from buyqueue.events.envelope import Moment

MOMENTS: TypeAdapter[datetime] = TypeAdapter(Moment)


@pytest.mark.parametrize("offset", ["2026-01-01T16:00:00+16:00", "2025-12-31T00:01:00-23:59"])
def test_a_time_is_kept_in_utc_whatever_offset_it_was_written_with(offset: str) -> None:
    read = MOMENTS.validate_json(f'"{offset}"')
    assert (datetime(2026, 1, 1, tzinfo=UTC), UTC) == (read, read.tzinfo)
    assert b'"2026-01-01T00:00:00.000Z"' == MOMENTS.dump_json(read)


@pytest.mark.parametrize(
    "when",
    [
        "0001-01-01T00:00:00+16:00",
        "9999-12-31T23:00:00-16:00",
        "2000-01-01T01:00:00+02:00",
        "8999-12-31T23:00:00-02:00",
    ],
)
def test_a_time_that_lies_outside_in_utc_is_none(when: str) -> None:
    with pytest.raises(ValidationError, match="between the years 2000 and 9000"):
        MOMENTS.validate_json(f'"{when}"')
