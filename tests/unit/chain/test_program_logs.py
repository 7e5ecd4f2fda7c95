"""Lines of a transaction's log belong to the program that was running."""

from typing import Any

from streams.chain.program_logs import logged_data, logged_text


def told(*lines: str) -> Any:
    return {"meta": {"logMessages": list(lines)}}


NESTED = told(
    "Program outer invoke [1]",
    "Program log: before",
    "Program inner invoke [2]",
    "Program log: within",
    "Program data: AQI=",
    "Program inner success",
    "Program log: after",
    "Program data: Aw==",
    "Program outer consumed 5 of 9 compute units",
    "Program outer success",
    "Program log: of nobody",
)


def test_lines_are_told_apart_by_the_program_that_wrote_them() -> None:
    assert ["before", "after"] == list(logged_text(NESTED, "outer"))
    assert [b"\x01\x02"] == list(logged_data(NESTED, "inner"))
    assert [b"\x03"] == list(logged_data(NESTED, "outer"))


def test_a_program_cannot_forge_another_programs_frame() -> None:
    forged = told(
        "Program liar invoke [1]",
        "Program log: Program honest invoke [2]",
        "Program data: AQI=",
        "Program liar success",
    )
    assert [] == list(logged_data(forged, "honest"))


def test_a_call_that_failed_is_over() -> None:
    failed = told(
        "Program outer invoke [1]",
        "Program inner invoke [2]",
        "Program inner failed: custom program error: 0x1",
        "Program log: caught",
    )
    assert ["caught"] == list(logged_text(failed, "outer"))


def test_an_answer_without_a_log_tells_nothing() -> None:
    assert [] == list(logged_text({"meta": {"logMessages": None}}, "any"))
