"""Phases 3 and 4: land what the log holds, and record what the chain says."""

import json
from dataclasses import asdict
from typing import Any

from buyqueue.buy.state import Completed, Order, Signed
from buyqueue.errors import Code
from buyqueue.events.codec import Event
from buyqueue.events.events import (
    BuyCompleted,
    BuyExpired,
    BuyFailed,
    BuyFinalized,
    BuyReverted,
    BuySent,
    BuyUndecided,
)
from buyqueue.events.values import Fees, Landing
from buyqueue.logs import get_logger
from streams.chain.expiry import Dead, Elsewhere
from streams.chain.fill import Fill
from streams.chain.flight import Accepted, Flight, Landed, Overdue, Settled
from streams.chain.transactions import read_unsigned
from streams.steps.ask import found, sought_of
from streams.steps.parts import Parts

log = get_logger(__name__)


async def land(parts: Parts, state: Signed) -> Event:
    """Send and wait; answer the next event. Only the chain or a proof of expiry ends this.

    What nobody has sent is sent only while the buy has its ticket: without one the buy has ended,
    and this worker, whose log begins after that, does not know it (docs/adr/0022).
    Raises Unavailable if the vault does not answer.
    """
    order = state.course.order
    may_send = state.sent or await parts.signer.has_ticket(order)
    if not may_send:
        log.warning("buy.without_ticket", job_id=str(order.job_id), signature=state.signature)
    flight = Flight(
        signature=state.signature,
        transaction=state.transaction,
        last_valid_block_height=state.last_valid_block_height,
        wallet=order.wallet,
        mint=order.mint,
        sent=state.sent,
        undecided=state.undecided,
        request_id=state.request_id,
        may_send=may_send,
        searched_from=state.searched_from,
        sought=sought_of(state),
    )
    outcome = await parts.landing.follow(flight)
    envelope = parts.stamp(order).envelope()
    this = {"attempt": state.course.attempt, "signature": state.signature}
    match outcome:
        case Elsewhere(signature=signature):
            return found(parts, state, signature)
        case Accepted(nodes=nodes):
            return BuySent(**envelope, **this, nodes=nodes)
        case Overdue():
            return BuyUndecided(**envelope, **this)
        case Dead(proofs=proofs):
            height = state.last_valid_block_height
            return BuyExpired(**envelope, **this, last_valid_block_height=height, proofs=proofs)
        case Landed(fill=fill, transaction=landed) if fill.error is None:
            return BuyCompleted(
                **envelope,
                **this,
                slot=fill.slot,
                platform=state.quote.platform,
                lamports_spent=fill.lamports_spent,
                price_lamports=fill.price_lamports,
                tokens_received=fill.tokens_received,
                token_decimals=fill.token_decimals,
                fees=_fees(parts, state.quote.platform, order, fill, landed),
                duration_ms=parts.age_ms(order),
            )
        case Landed(fill=fill):
            unsigned = read_unsigned(state.transaction, order.wallet, lacking=1)
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
    """Wait until the landed transaction is finalized, or proven to be taken back by a fork."""
    order = state.course.order
    flight = Flight(
        signature=state.signature,
        transaction=state.transaction,
        last_valid_block_height=state.last_valid_block_height,
        wallet=order.wallet,
        mint=order.mint,
        sent=True,
        undecided=False,
        request_id=state.request_id,
        searched_from=state.searched_from,
        sought=sought_of(state),
    )
    outcome = await parts.landing.settle(flight, state.slot)
    envelope = parts.stamp(order).envelope()
    match outcome:
        case Elsewhere(signature=signature):
            return found(parts, state, signature)
        case Settled(slot=slot):
            return BuyFinalized(**envelope, signature=state.signature, slot=slot)
        case Landed(fill=fill, transaction=landed) if fill.error is None:
            anew = Landing(
                lamports_spent=fill.lamports_spent,
                price_lamports=fill.price_lamports,
                tokens_received=fill.tokens_received,
                token_decimals=fill.token_decimals,
                fees=_fees(parts, state.platform, order, fill, landed),
            )
            return BuyFinalized(
                **envelope, signature=state.signature, slot=fill.slot, landed_anew=anew
            )
        case Landed() | Dead():
            return _reverted(parts, state, outcome)


def _reverted(parts: Parts, state: Completed, outcome: Landed | Dead) -> Event:
    order = state.course.order
    told: dict[str, Any]
    match outcome:
        case Dead(proofs=proofs):
            code, text = Code.TRANSACTION_DROPPED, "A fork dropped the transaction for good"
            told = {"proofs": proofs}
        case Landed(fill=fill):
            refusal = parts.router.refusal(
                fill.error, read_unsigned(state.transaction, order.wallet, lacking=1)
            )
            code, text = refusal.code, refusal.text
            told = {
                "detail": _chain_error(fill),
                "slot": fill.slot,
                "lamports_spent": fill.lamports_spent,
            }
    return BuyReverted(
        **parts.stamp(order).envelope(),
        attempt=state.course.attempt,
        signature=state.signature,
        code=code,
        error=text,
        duration_ms=parts.age_ms(order),
        **told,
    )


def _fees(parts: Parts, platform: str, order: Order, fill: Fill, landed: Any) -> Fees:
    charged = parts.router.charged(platform, landed, order)
    return fill.fees.model_copy(update=asdict(charged))


def _chain_error(fill: Fill) -> str:
    return json.dumps(fill.error)[:2_000]
