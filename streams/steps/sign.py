"""Phase 3: guard the offered transaction and sign it. Nothing is sent here."""

import asyncio

from buyqueue.buy.state import Quoted
from buyqueue.events.codec import Event
from buyqueue.events.events import BuySigned
from streams.chain.guard import Limits
from streams.chain.history import final_slot
from streams.chain.lifetime import believed, last_valid_bound
from streams.chain.transactions import Unsigned, read_unsigned, with_signature
from streams.platforms.platform import Offer
from streams.steps.parts import Parts


async def sign(parts: Parts, state: Quoted, offer: Offer) -> Event:
    """Answer the event that carries the signed bytes; they are sent only once it is read back.

    Raises Refused if the transaction is not what was agreed, Taken if a like order has it,
    Retryable if nodes or Postgres do not answer.
    """
    order = state.course.order
    (unsigned, last_valid), searched_from = await asyncio.gather(
        guarded(parts, state, offer), final_slot(parts.nodes)
    )
    signature = await parts.signer.sign(order, unsigned.message_bytes)
    signed = with_signature(unsigned, signature)
    return BuySigned(
        **parts.stamp(order, cause=state.quote.event_id).envelope(),
        attempt=state.course.attempt,
        signature=signed.signature,
        transaction=signed.base64,
        last_valid_block_height=last_valid,
        request_id=offer.executed_as,
        searched_from=searched_from,
    )


async def guarded(parts: Parts, state: Quoted, offer: Offer) -> tuple[Unsigned, int]:
    """Answer the offered transaction if the guard lets it pass, and its last valid height.

    From now on its message is this job's alone. Raises as `sign` does.
    """
    order = state.course.order
    unsigned = read_unsigned(offer.transaction, order.wallet, lacking=1 if offer.executed_as else 0)
    # First of all: to the guard, a message that has landed for another job would look refused.
    await parts.claims.claim(unsigned.message_bytes, order.job_id)
    limits = Limits(
        wallet=order.wallet,
        mint=order.mint,
        lamports=order.lamports,
        priority_fee_lamports=order.priority_fee_lamports,
        tip_lamports=offer.tip_lamports,
        minimum_out=offer.figures.minimum_out,
        rent_lamports=offer.rent_lamports,
        signatures=offer.signatures,
    )
    # Asked for meanwhile; what the guard finds weighs more than what this raises.
    bound = asyncio.create_task(last_valid_bound(parts.nodes, unsigned), name="last-valid")
    try:
        await parts.guard.check(unsigned, limits)
        return unsigned, believed(offer.last_valid_block_height, await bound)
    finally:
        bound.cancel()
        await asyncio.wait({bound})
