"""Records as large as the log takes them: with where they came from they are too large to copy."""

import pytest

from buyqueue.log.letters import Letters
from buyqueue.log.record import MAX_REASON
from tests.dead_letters.conftest import Office

MOST = 1 << 20
"""What a record and its batch may take (`max.message.bytes`)."""


@pytest.mark.parametrize(
    ("key", "value"),
    [(b"x", b"v" * (MOST - 200)), (b"k" * (MOST - 200), b"v"), (b"k" * (MOST // 2), b"v" * MOST)],
    ids=["value", "key", "both"],
)
async def test_what_is_too_large_to_be_kept_aside_is_kept_in_part(
    office: Office, key: bytes, value: bytes
) -> None:
    """A worker that could not keep it would end, and so would each that comes after it."""
    await office.bury(key, value, "w" * MAX_REASON)
    async with Letters(office.kafka) as letters:
        (letter,) = await letters.newest(1)
    assert letter.key is not None
    assert letter.value is not None
    assert key.startswith(letter.key)
    assert value.startswith(letter.value)
    assert len(key) + len(value) == int(letter.headers["whole"])
    assert len(letter.key) + len(letter.value) > MOST // 3


async def test_what_is_small_is_kept_as_it_is(office: Office) -> None:
    await office.bury(b"x", b"{broken")
    async with Letters(office.kafka) as letters:
        (letter,) = await letters.newest(1)
    assert (b"x", b"{broken") == (letter.key, letter.value)
    assert "whole" not in letter.headers
