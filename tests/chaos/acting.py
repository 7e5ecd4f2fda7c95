"""What a worker of the model world does for the step that the real `next_step` names."""

from enum import Enum
from uuid import UUID

from buyqueue.buy.next_step import (
    AdvancePhase,
    AwaitSignature,
    FinalizeBuy,
    GiveUp,
    LandBuy,
    PrepareWallet,
    QuoteBuy,
    RecordSignature,
    RequestSignature,
    SignBuy,
    StopBuy,
    next_step,
)
from buyqueue.buy.state import Awaiting, Completed, Preparing, Quoted, Signed
from buyqueue.events.codec import Event
from tests.chaos.world import LIFE, Flight, View, World
from tests.controls import events as make
from tests.controls import signatures as own

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
        case ((PrepareWallet() | QuoteBuy() | SignBuy() | RequestSignature()), _) if (
            luck is not Luck.GOOD
        ):
            hiccup = luck is Luck.HICCUP
            return make.attempt_failed(attempt) if hiccup else make.failed(attempt)
        case ((PrepareWallet() | SignBuy() | RequestSignature()), _) if job not in world.tickets:
            return make.failed(attempt)
        case PrepareWallet(), _:
            return make.advanced(3)
        case QuoteBuy(), Preparing():
            return _quote(world, view, attempt)
        case SignBuy(), Quoted(quote=quote):
            if view.offer != quote.event_id:
                return _quote(world, view, attempt)
            return _sign(world, job, attempt, quote.event_id)
        case RequestSignature(), Quoted(quote=quote):
            if view.offer != quote.event_id:
                return _quote(world, view, attempt)
            return _request(world, attempt, quote.event_id)
        case AwaitSignature(), Awaiting():
            return _outlast(world, state)
        case RecordSignature(), Awaiting(signature=str() as signature):
            signed = own.signed_by_wallet(attempt, signature, state.request_id)
            update = {
                "last_valid_block_height": state.last_valid_block_height,
                "transaction": state.transaction,
            }
            return signed.model_copy(update=update)
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


def _request(world: World, attempt: int, quote: UUID) -> Event:
    request = UUID(int=10**6 + next(world.numbers))
    asked = own.signature_requested(attempt, request, quote)
    update = {"last_valid_block_height": world.chain.height + LIFE, "transaction": str(request)}
    return asked.model_copy(update=update)


def _outlast(world: World, state: Awaiting) -> Event | None:
    """Wait for the end of what the wallet was asked to sign: it landed, or a proof says never."""
    chain, last, attempt = world.chain, state.last_valid_block_height, state.course.attempt
    if not world.variant.needs_proof:
        return own.signature_expired(attempt, state.request_id)
    if not chain.past(last):
        return None
    landed = chain.landed_as(state.transaction) if world.variant.knows_messages else None
    if landed is not None:
        return _found(state, landed)
    return own.signature_expired(attempt, state.request_id)


def _found(state: Awaiting | Signed | Completed, signature: str) -> Event:
    found = own.signature_found(state.course.attempt, signature)
    return found.model_copy(update={"transaction": state.transaction})


def _land(world: World, job: int, state: Signed, luck: Luck) -> Event | None:
    """Send, or look: the node may lag (a hiccup), and only a proof ends the attempt."""
    chain, signature, last = world.chain, state.signature, state.last_valid_block_height
    attempt = state.course.attempt
    if luck is Luck.HICCUP and not world.variant.needs_proof:
        return make.expired(attempt, signature)
    if luck is Luck.GOOD and signature in chain.landed:
        return make.completed(attempt, signature)
    if elsewhere := _elsewhere(world, state):
        return elsewhere
    if chain.proves_dead(signature, last):
        return make.expired(attempt, signature)
    if state.sent or job in world.tickets or not world.variant.needs_ticket:
        chain.send(Flight(job, signature, last, _message(state)))
        if not state.sent:
            return make.sent(attempt, signature)
    return make.undecided(attempt, signature) if chain.height > last + 1 else None


def _settle(world: World, job: int, state: Completed, luck: Luck) -> Event | None:
    """Wait for finality; only a proof takes a completed buy back."""
    chain, signature, last = world.chain, state.signature, state.last_valid_block_height
    if chain.final(signature):
        return make.finalized(signature)
    if elsewhere := _elsewhere(world, state):
        return elsewhere
    dead = chain.proves_dead(signature, last)
    if dead or (luck is Luck.HICCUP and not world.variant.needs_proof):
        return make.reverted(signature)
    chain.send(Flight(job, signature, last, _message(state)))
    return None


def _message(state: Signed | Completed) -> str:
    return state.transaction if state.course.order.custody == "client" else ""


def _elsewhere(world: World, state: Signed | Completed) -> Event | None:
    """Look, once nothing can land any more, for another signature of the same message."""
    chain, message = world.chain, _message(state)
    if not message or not world.variant.knows_messages:
        return None
    if not chain.past(state.last_valid_block_height) or state.signature in chain.landed:
        return None
    landed = chain.landed_as(message)
    return _found(state, landed) if landed else None


def append(world: World, worker: int, job: int) -> None:
    """Append the next event that is ready."""
    view = world.view(worker, job)
    if view.pending:
        world.logs[job].append(view.pending.pop(0))
