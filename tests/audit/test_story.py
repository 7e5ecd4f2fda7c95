from buyqueue.events.codec import Event
from projections.audit.entry import Folding
from projections.audit.story import story
from tests.audit.records import record
from tests.controls import events as controls
from tests.projections.buys import whole_buy


def told(events: list[Event]) -> str:
    folding = Folding()
    return "\n".join(story([folding.entry(0, record(n, e)) for n, e in enumerate(events)]))


def test_a_whole_buy_is_told_with_every_figure() -> None:
    text = told(whole_buy("user-7"))
    facts = [
        "User user-7 asked to buy",
        "for 0.1 SOL",
        "slippage at most 3 %, priority fee 0.002 SOL, venue auto",
        "jupiter offered 1000000 base units for 0.1 SOL, at least 970000",
        "chosen because: best route",
        "it may land up to block height 300",
        "node:8899 took",
        "in slot 1234",
        "received 1000000 base units (6 decimals), spent 0.10404428 SOL in all",
        "fees: network 0.0 SOL, priority 0.0 SOL, rent 0.0 SOL, tip 0.0 SOL, venue 0 %",
        "Finalized in slot 1234",
        "It is completed, in attempt 1: 9 records, 0 of them ignored.",
    ]
    assert [] == [fact for fact in facts if fact not in text]


def test_proofs_and_ignored_events_are_told_with_the_reason() -> None:
    text = told(
        [
            controls.requested(),
            controls.advanced(1),
            controls.advanced(2),
            controls.advanced(3),
            controls.quoted(),
            controls.signed(),
            controls.signed(1, controls.SIGNATURES[1]),
            controls.undecided(),
            controls.expired(),
            controls.attempt_failed(2),
            controls.cancelled(),
            controls.stopped(3),
        ]
    )
    facts = [
        "IGNORED, this attempt is already signed: Attempt 1: signed 222",
        "neither landed nor proven dead",
        "proof of node:8899: finalized height 400 at slot 500, searched at slot 501",
        "Attempt 2 failed unsigned, platform_unavailable",
        "user123 asked to stop it",
        "nothing was bought",
        "It is cancelled, in attempt 3",
    ]
    assert [] == [fact for fact in facts if fact not in text]


def test_every_event_has_its_words() -> None:
    for kind, event in controls.examples().items():
        assert "test/1" in told([event]), kind


def test_a_buy_that_is_not_there_is_said_not_to_be() -> None:
    assert told([]) == "This log holds no such buy."
    assert told([controls.sent()]).endswith("This log holds no such buy.")
