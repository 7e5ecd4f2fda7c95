"""What a worker of the model world does for the step that the real `next_step` names."""

from enum import Enum
from uuid import UUID

from buyqueue.buy.next_step import (
    AdvancePhase,
    FinalizeBuy,
    GiveUp,
    LandBuy,
    PrepareWallet,
    QuoteBuy,
    SignBuy,
    StopBuy,
    next_step,
)
from buyqueue.buy.state import Completed, Preparing, Quoted, Signed
from buyqueue.events.codec import Event
from tests.chaos.world import LIFE, Flight, View, World
from tests.controls import events as make

MAX_ATTEMPTS = 3


class Luck(Enum):
    """How an effect goes."""

    GOOD = "good"
    HICCUP = "hiccup"
    REFUSED = "refused"


def act(world: World, worker: int, job: int, luck: Luck) -> None:
    """Run the step that is due by what this worker has read, and hold its event ready."""
    view = world.view(worker, job)
    if view.pending:
        return
    event = _outcome(world, view, job, luck)
    if event:
        world.offer(worker, job, event)


def _outcome(world: World, view: View, job: int, luck: Luck) -> Event | None:
    state = view.state
    attempt = getattr(getattr(state, "course", None), "attempt", 1)
    match next_step(state, MAX_ATTEMPTS), state:
        case AdvancePhase(phase=phase), _:
            return make.advanced(phase)
        case ((PrepareWallet() | QuoteBuy() | SignBuy()), _) if luck is Luck.HICCUP:
            return make.attempt_failed(attempt)
        case ((PrepareWallet() | QuoteBuy() | SignBuy()), _) if luck is Luck.REFUSED:
            return make.failed(attempt)
        case PrepareWallet(), _:
            return make.advanced(3)
        case QuoteBuy(), Preparing():
            return _quote(world, view, attempt)
        case SignBuy(), Quoted(quote=quote):
            if view.offer != quote.event_id:
                return _quote(world, view, attempt)
            return _sign(world, job, attempt, quote.event_id)
        case LandBuy(), Signed():
            return _land(world, job, state, luck)
        case StopBuy(), _:
            return make.stopped(attempt)
        case GiveUp(), _:
            return make.failed(attempt)
        case FinalizeBuy(), Completed():
            return _settle(world, job, state, luck)
    return None


def _quote(world: World, view: View, attempt: int) -> Event:
    view.offer = UUID(int=10**6 + next(world.numbers))
    return make.quoted(attempt, view.offer)


def _sign(world: World, job: int, attempt: int, quote: UUID) -> Event:
    signature = f"{next(world.numbers):0>88}"
    last_valid = world.chain.height + LIFE
    if not world.variant.reads_back:
        world.chain.send(Flight(job, signature, last_valid))
    signed = make.signed(attempt, signature, quote)
    return signed.model_copy(update={"last_valid_block_height": last_valid})


def _land(world: World, job: int, state: Signed, luck: Luck) -> Event | None:
    """Send, or look: the node may lag (a hiccup), and only a proof ends the attempt."""
    chain, signature, last = world.chain, state.signature, state.last_valid_block_height
    attempt = state.course.attempt
    if luck is Luck.HICCUP and not world.variant.needs_proof:
        return make.expired(attempt, signature)
    if luck is Luck.GOOD and signature in chain.landed:
        return make.completed(attempt, signature)
    if chain.proves_dead(signature, last):
        return make.expired(attempt, signature)
    chain.send(Flight(job, signature, last))
    if not state.sent:
        return make.sent(attempt, signature)
    return make.undecided(attempt, signature) if chain.height > last + 1 else None


def _settle(world: World, job: int, state: Completed, luck: Luck) -> Event | None:
    """Wait for finality; only a proof takes a completed buy back."""
    chain, signature, last = world.chain, state.signature, state.last_valid_block_height
    if chain.final(signature):
        return make.finalized(signature)
    dead = chain.proves_dead(signature, last)
    if dead or (luck is Luck.HICCUP and not world.variant.needs_proof):
        return make.reverted(signature)
    chain.send(Flight(job, signature, last))
    return None


def append(world: World, worker: int, job: int) -> None:
    """Append the next event that is ready."""
    view = world.view(worker, job)
    if view.pending:
        world.logs[job].append(view.pending.pop(0))
