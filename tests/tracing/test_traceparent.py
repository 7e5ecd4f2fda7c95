"""The header as W3C Trace Context writes it; a malformed one is as good as none."""

import pytest

from buyqueue.tracing.traceparent import parse, text_of, write

GOOD = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ZERO_TRACE = f"00-{'0' * 32}-b7ad6b7169203331-01"
ZERO_SPAN = f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01"


def test_a_header_is_written_as_it_was_read() -> None:
    found = parse(GOOD)
    assert found is not None
    assert (True, True, GOOD) == (found.is_remote, found.trace_flags.sampled, write(found))


def test_a_later_version_may_say_more() -> None:
    found = parse(f"cc{GOOD[2:]}-what-the-future-holds")
    assert found is not None
    assert GOOD == write(found)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", GOOD[:-1], f"{GOOD}0", f"{GOOD}-more", f"{GOOD}\n", f" {GOOD}", GOOD.upper(),
        f"ff{GOOD[2:]}", ZERO_TRACE, ZERO_SPAN, GOOD.replace("-", "_"), GOOD.replace("a", "g"),
        GOOD.replace("1", "\u0661"), f"cc{GOOD[2:]}-{'x' * 5_000}", f"cc{GOOD[2:]}more",
    ],
)  # fmt: skip
def test_a_malformed_header_is_none(text: str) -> None:
    assert parse(text) is None


def test_a_record_has_one_header_or_none() -> None:
    header = ("traceparent", GOOD.encode())
    assert GOOD == text_of([("other", b"x"), header])
    assert [None, None, None] == [
        text_of([]),
        text_of([header, header]),
        text_of([(*header[:1], b"")]),
    ]
    assert parse(text_of([("traceparent", b"\xff\xfe")])) is None
