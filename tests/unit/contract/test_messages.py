"""What watchers are told of each event, field by field."""

from typing import Any

from buyqueue.buy.evolve import evolve
from buyqueue.buy.state import Absent, State
from buyqueue.contract.messages import messages
from buyqueue.events.codec import Event
from tests.controls import events as e

START: list[Event] = [e.requested(), e.advanced(1), e.advanced(2), e.advanced(3)]
SENT: list[Event] = [*START, e.quoted(), e.signed(), e.sent()]


def told(history: list[Event]) -> list[tuple[str, dict[str, Any]]]:
    """What the last event of a history says."""
    before: State = Absent()
    for event in history[:-1]:
        before = evolve(before, event).state
    after = evolve(before, history[-1]).state
    assert not isinstance(after, Absent)
    found = messages(before, after, history[-1], 3, 42)
    assert {message.user_id for message in found} <= {"user123"}
    return [(message.name, message.payload.json_object()) for message in found]


COMMON = {
    "jobId": str(e.JOB),
    "tokenAddress": e.MINT,
    "userId": "user123",
    "buyAmount": 0.1,
    "partition": 3,
    "cursor": 42,
}


def test_a_request_confirms_the_job() -> None:
    expected = COMMON | {"status": "queued", "createdAt": "2026-01-02T03:04:05.678Z"}
    assert [("external_buy_job_created", expected)] == told(START[:1])


def test_phase_1_is_the_start() -> None:
    expected = COMMON | {
        "phase": 1,
        "totalPhases": 4,
        "phaseTitle": "Buy Operation Started",
        "phaseDescription": "Initializing buy operation; setting up parameters",
        "progress": 10,
        "status": "started",
        "details": {"currentOperation": ""},
        "outcomeUnknown": False,
    }
    assert [("external_buy_progress", expected)] == told(START[:2])


def test_percents_and_titles_are_the_four_phases() -> None:
    histories = [START[:2], START[:3], START, [*SENT, e.advanced(4), e.completed()]]
    seen = [told(history)[0][1] for history in histories]
    assert [
        (1, 10, "Buy Operation Started", "started"),
        (2, 35, "Preparing Wallet", "in_progress"),
        (3, 70, "Executing Purchase", "in_progress"),
        (4, 100, "Operation Completed", "completed"),
    ] == [(p["phase"], p["progress"], p["phaseTitle"], p["status"]) for p in seen]


def test_a_sent_transaction_is_told_with_its_signature() -> None:
    details = told(SENT)[0][1]["details"]
    assert {
        "currentOperation": "Sent; waiting for confirmation",
        "transactionSignature": e.SIGNATURES[0],
        "platform": "jupiter",
        "attempt": 1,
    } == details


def test_a_completed_buy_tells_phase_4_and_its_result() -> None:
    progress, result = told([*SENT, e.advanced(4), e.completed()])
    assert "0.10404428" == progress[1]["details"]["actualSolSpent"]
    assert (
        "external_buy_result",
        COMMON
        | {
            "success": True,
            "actualSolSpent": 0.10404428,
            "transactionSignature": e.SIGNATURES[0],
            "platform": "jupiter",
            "completedAt": 1767323045678,
            "duration": 2500,
            "status": "completed",
            "lamportsSpent": "104044280",
            "tokensReceived": "1000000",
            "tokenDecimals": 6,
            "slot": 1234,
            "fees": {
                "price": "100000000",
                "network": "5000",
                "priority": "2000000",
                "rent": "2039280",
                "rentReturned": "0",
                "tip": "0",
                "protocol": "950000",
                "creator": "0",
                "lp": "0",
            },
        },
    ) == result


def test_a_client_that_is_cut_within_an_end_comes_back_to_the_result() -> None:
    progress, result = told([*SENT, e.advanced(4), e.completed()])
    assert (41, 42) == (progress[1]["cursor"], result[1]["cursor"])


def test_a_failure_keeps_the_percent_it_had_reached() -> None:
    progress, result = told([*START, e.failed()])
    assert (70, "failed", "Insufficient balance") == (
        progress[1]["progress"],
        progress[1]["status"],
        progress[1]["details"]["error"],
    )
    assert (False, "", "", "failed", "insufficient_balance") == (
        result[1]["success"],
        result[1]["transactionSignature"],
        result[1]["platform"],
        result[1]["status"],
        result[1]["code"],
    )


def test_a_stopped_buy_is_cancelled() -> None:
    progress, result = told([*START, e.cancelled(), e.stopped()])
    assert ("failed", "Cancelled") == (
        progress[1]["status"],
        progress[1]["details"]["error"],
    )
    assert ("cancelled", "Cancelled", False) == (
        result[1]["status"],
        result[1]["error"],
        result[1]["success"],
    )


def test_an_unknown_outcome_is_said() -> None:
    [(_, progress)] = told([*SENT, e.undecided()])
    assert (True, "in_progress") == (progress["outcomeUnknown"], progress["status"])


def test_a_failed_attempt_is_told_and_counted() -> None:
    [(_, progress)] = told([*START, e.attempt_failed()])
    assert (1, "platform_unavailable", 70) == (
        progress["details"]["attempt"],
        progress["details"]["code"],
        progress["progress"],
    )


def test_phase_4_itself_signatures_and_finality_are_not_told() -> None:
    assert [] == told([*SENT, e.advanced(4)])
    assert [] == told([*START, e.quoted(), e.signed()])
    assert [] == told([*SENT, e.completed(), e.finalized()])
