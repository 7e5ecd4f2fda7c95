"""What holds of every history, however the writers raced."""

from uuid import UUID

from hypothesis import given, settings

from buyqueue.buy.decide import CancelBuy, Command, Record, RequestBuy, Stamp, decide
from buyqueue.buy.evolve import evolve, fold
from buyqueue.buy.next_step import LandBuy, next_step
from buyqueue.buy.state import Absent, Completed, Failed, Signed, State, Stopped
from buyqueue.events.codec import Event
from buyqueue.events.events import BuyExpired, BuyReverted, BuySigned
from buyqueue.events.signatures import SignatureExpired, SignatureFound, SignatureRequested
from tests.controls.events import JOB, MOMENT, any_event, history, requested

STAMP = Stamp(JOB, JOB, MOMENT, "test/1")
ORDER = requested().model_dump(
    include={
        "user_id", "mint", "lamports", "slippage_bps", "priority_fee_lamports", "platform",
        "wallet",
    }
)  # fmt: skip


def accepted(events: list[Event]) -> list[tuple[Event, State]]:
    """Each accepted event with the state after it."""
    state: State = Absent()
    kept = []
    for event in events:
        evolution = evolve(state, event)
        assert evolution.ignored is None or evolution.state == state
        state = evolution.state
        if evolution.ignored is None:
            kept.append((event, state))
    return kept


@given(history())
@settings(max_examples=400)
def test_each_attempt_has_at_most_one_signature_and_the_next_needs_a_proof(
    events: list[Event],
) -> None:
    alive: str | None = None
    asked: UUID | None = None
    for event, _ in accepted(events):
        if isinstance(event, BuySigned):
            assert alive is None
            assert asked in (None, event.causation_id)
            alive = event.signature
        if isinstance(event, BuyExpired):
            assert alive == event.signature
            alive = asked = None
        if isinstance(event, SignatureRequested):
            assert alive is None
            assert asked is None
            asked = event.event_id
        if isinstance(event, SignatureFound):
            assert asked is not None
            alive = event.signature
        if isinstance(event, SignatureExpired):
            assert alive is None
            assert asked == event.request_id
            asked = None


@given(history())
@settings(max_examples=400)
def test_the_end_is_the_end_unless_a_fork_takes_it_back_and_phases_never_go_back(
    events: list[Event],
) -> None:
    ended: type | None = None
    phase = 0
    for event, state in accepted(events):
        assert not isinstance(state, Absent)
        assert state.course.phase >= phase
        phase = state.course.phase
        if ended and isinstance(event, BuyReverted):
            assert (Completed, Failed) == (ended, type(state))
        elif ended:
            assert ended is type(state)
        if isinstance(state, Completed | Failed | Stopped):
            ended = type(state)


@given(history())
@settings(max_examples=400)
def test_a_completed_buy_completed_its_live_signature(events: list[Event]) -> None:
    before: State = Absent()
    for _, state in accepted(events):
        if isinstance(state, Completed) and not isinstance(before, Completed):
            assert isinstance(before, Signed)
            assert before.signature == state.signature
        before = state


@given(history())
@settings(max_examples=400)
def test_deciding_twice_equals_deciding_once(events: list[Event]) -> None:
    commands: list[Command] = [
        RequestBuy(ORDER),
        CancelBuy("user123"),
        *map(Record, events),
    ]
    state = fold(events)
    for command in commands:
        once = fold(decide(state, command, STAMP), state)
        assert decide(once, command, STAMP) == []


@given(history(), any_event())
@settings(max_examples=400)
def test_what_was_decided_is_accepted(events: list[Event], event: Event) -> None:
    state = fold(events)
    for decided in decide(state, Record(event), STAMP):
        evolution = evolve(state, decided)
        assert evolution.ignored is None
        state = evolution.state


@given(history())
@settings(max_examples=400)
def test_there_is_a_next_step_until_the_end_and_only_landing_while_signed(
    events: list[Event],
) -> None:
    state = fold(events)
    step = next_step(state, max_attempts=3)
    at_rest = isinstance(state, Failed | Stopped) or (
        isinstance(state, Completed) and state.finalized
    )
    assert at_rest is (step is None)
    assert isinstance(state, Signed) is isinstance(step, LandBuy)
