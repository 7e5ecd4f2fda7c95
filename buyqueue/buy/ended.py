"""The fold of a buy that has ended: only a fork still corrects what was completed."""

from dataclasses import replace

from buyqueue.buy.state import Completed, Failed, Known, Stopped
from buyqueue.events.codec import Event
from buyqueue.events.events import BuyFinalized, BuyReverted


def ended(state: Completed | Failed | Stopped, event: Event) -> Known | str:
    """Answer the state after an event, or why it is ignored."""
    if isinstance(event, BuyFinalized | BuyReverted) and isinstance(state, Completed):
        if event.signature != state.signature:
            return "another transaction"
        if state.finalized:
            return "already finalized"
        return _settled(state, event)
    return f"already {type(state).__name__.lower()}"


def _settled(state: Completed, event: BuyFinalized | BuyReverted) -> Known:
    if isinstance(event, BuyReverted):
        landed = event.signature if event.slot is not None else None
        return Failed(state.course, event.code, event.error, landed)
    final = replace(state, slot=event.slot, finalized=True)
    if anew := event.landed_anew:
        final = replace(
            final, lamports_spent=anew.lamports_spent, tokens_received=anew.tokens_received
        )
    return final
