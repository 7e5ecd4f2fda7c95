"""When a receiver is asked again, and when no more."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from api.webhooks.retrying import LONGEST, Terms, Trouble, trouble

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def after(failures: int, **other: Any) -> Trouble:
    said: dict[str, Any] = {
        "since": NOW,
        "now": NOW,
        "error": "it answered 500",
        "gone": False,
        "asked_s": None,
        "dice": 1.0,
        "terms": Terms(),
    }
    return trouble(failures=failures, **(said | other))


def test_the_waits_double_up_to_an_hour() -> None:
    waits = [after(n).again_at - NOW for n in range(12)]
    assert [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600] == [
        wait.total_seconds() for wait in waits
    ]


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_half_of_a_wait_is_chance_and_none_is_longer_than_an_hour(
    failures: int, dice: float
) -> None:
    full = after(failures).again_at - NOW
    wait = after(failures, dice=dice).again_at - NOW
    assert full / 2 - timedelta(microseconds=1) <= wait <= full <= LONGEST


@given(st.integers(0, 20), st.floats(0, 10**6))
def test_what_a_receiver_asks_for_is_granted_up_to_an_hour(failures: int, asked: float) -> None:
    wait = after(failures, asked_s=asked).again_at - NOW
    assert wait >= min(timedelta(seconds=asked), LONGEST)
    assert wait <= LONGEST


def test_it_is_counted_from_the_first_failure() -> None:
    first = after(0, since=None)
    assert (1, NOW, None) == (first.failures, first.since, first.disabled)
    begin = NOW - timedelta(days=2, hours=23, minutes=59)
    assert (None, begin) == (after(9, since=begin).disabled, after(9, since=begin).since)


def test_after_three_days_it_is_disabled_with_a_reason() -> None:
    why = after(80, since=NOW - timedelta(days=3)).disabled
    assert "nothing was taken since 2025-12-30 03:04 UTC; the last answer: it answered 500" == why


def test_one_that_is_gone_is_disabled_at_once() -> None:
    assert "it answered 410 Gone" == after(0, gone=True, error="it answered 410 Gone").disabled
