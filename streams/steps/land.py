"""Phases 3 and 4: land what the log holds, and record what the chain says."""

import json
from dataclasses import asdict

from buyqueue.buy.state import Completed, Signed
from buyqueue.events.codec import Event
from buyqueue.events.events import (
    BuyCompleted,
    BuyExpired,
    BuyFailed,
    BuyFinalized,
    BuySent,
    BuyUndecided,
)
from streams.chain.expiry import Dead
from streams.chain.fill import Fill
from streams.chain.landing import Accepted, Flight, Landed, Overdue
from streams.chain.transactions import read_unsigned
from streams.steps.parts import Parts

FINALIZED_PAUSE_S = 2.0


async def land(parts: Parts, state: Signed) -> Event:
    """Send and wait; answer the next event. Only the chain or a proof of expiry ends this."""
    order = state.course.order
    flight = Flight(
        signature=state.signature,
        transaction=state.transaction,
        last_valid_block_height=state.last_valid_block_height,
        wallet=order.wallet,
        mint=order.mint,
        sent=state.sent,
        undecided=state.undecided,
    )
    outcome = await parts.landing.follow(flight)
    envelope = parts.stamp(order).envelope()
    this = {"attempt": state.course.attempt, "signature": state.signature}
    match outcome:
        case Accepted(nodes=nodes):
            return BuySent(**envelope, **this, nodes=nodes)
        case Overdue():
            return BuyUndecided(**envelope, **this)
        case Dead(proofs=proofs):
            height = state.last_valid_block_height
            return BuyExpired(**envelope, **this, last_valid_block_height=height, proofs=proofs)
        case Landed(fill=fill, transaction=landed) if fill.error is None:
            charged = parts.router.charged(state.quote.platform, landed, order)
            fees = fill.fees.model_copy(update=asdict(charged))
            return BuyCompleted(
                **envelope,
                **this,
                slot=fill.slot,
                platform=state.quote.platform,
                lamports_spent=fill.lamports_spent,
                tokens_received=fill.tokens_received,
                token_decimals=fill.token_decimals,
                fees=fees,
                duration_ms=parts.age_ms(order),
            )
        case Landed(fill=fill):
            unsigned = read_unsigned(state.transaction, order.wallet)
            refusal = parts.router.refusal(fill.error, unsigned)
            return BuyFailed(
                **envelope,
                **this,
                code=refusal.code,
                error=refusal.text,
                detail=_chain_error(fill),
                slot=fill.slot,
                lamports_spent=fill.lamports_spent,
                duration_ms=parts.age_ms(order),
            )


async def finalize(parts: Parts, state: Completed) -> Event:
    """Wait until the landed transaction is finalized."""
    while True:
        await parts.clock.sleep(FINALIZED_PAUSE_S)
        status = await parts.board.status(state.signature)
        if status and status.finalized:
            return BuyFinalized(
                **parts.stamp(state.course.order).envelope(),
                signature=state.signature,
                slot=status.slot,
            )


def _chain_error(fill: Fill) -> str:
    return json.dumps(fill.error)[:2_000]
