"""Phase 3 where the user's own wallet signs: ask, wait, and write down what came of it."""

from solders.signature import Signature

from buyqueue.buy.state import Awaiting, Completed, Quoted, Signed
from buyqueue.events.codec import Event
from buyqueue.events.events import BuySigned
from buyqueue.events.signatures import SignatureExpired, SignatureFound, SignatureRequested
from buyqueue.logs import get_logger
from streams.chain.expiry import Dead, Elsewhere
from streams.chain.history import final_slot
from streams.chain.sought import Sought, sought
from streams.chain.transactions import read_unsigned, with_signature
from streams.platforms.platform import Offer
from streams.steps.parts import Parts
from streams.steps.sign import guarded

log = get_logger(__name__)


async def request_signature(parts: Parts, state: Quoted, offer: Offer) -> Event:
    """Answer the event that asks the wallet; nobody has the transaction before it is accepted.

    Raises Refused if the transaction is not what was agreed or the buy has no ticket, Taken if a
    like order has it, Retryable if nodes or Postgres do not answer.
    """
    order = state.course.order
    await parts.signer.check(order)
    searched_from = await final_slot(parts.nodes)
    unsigned, last_valid = await guarded(parts, state, offer)
    return SignatureRequested(
        **parts.stamp(order, cause=state.quote.event_id).envelope(),
        attempt=state.course.attempt,
        transaction=unsigned.base64,
        last_valid_block_height=last_valid,
        searched_from=searched_from,
    )


async def await_signature(parts: Parts, state: Awaiting) -> Event:
    """Wait until the asked-for transaction has landed or no longer can; an answer comes first."""
    order = state.course.order
    wanted = sought(state.transaction, order.wallet, state.searched_from)
    match await parts.outlasting.outlast(wanted, state.last_valid_block_height):
        case Elsewhere(signature=signature):
            return found(parts, state, signature)
        case Dead(proofs=proofs):
            return SignatureExpired(
                **parts.stamp(order, cause=state.request_id).envelope(),
                attempt=state.course.attempt,
                request_id=state.request_id,
                last_valid_block_height=state.last_valid_block_height,
                proofs=proofs,
            )


async def record_signature(parts: Parts, state: Awaiting) -> Event:
    """Write the signed transaction ahead, as for a signature of our own.

    NB: the api has verified the signature; one that is wrong all the same is as good as none.
    """
    order = state.course.order
    wanted = sought(state.transaction, order.wallet, state.searched_from)
    if state.signature is None or not wanted.signed_by(state.signature):
        log.error("signature.wrong", job_id=str(order.job_id))
        return await await_signature(parts, state)
    return BuySigned(
        **parts.stamp(order, cause=state.request_id).envelope(),
        attempt=state.course.attempt,
        signature=state.signature,
        transaction=_signed(state, state.signature),
        last_valid_block_height=state.last_valid_block_height,
    )


def found(parts: Parts, state: Awaiting | Signed | Completed, signature: str) -> Event:
    """Write down under which signature the wallet's holder has landed the transaction alone."""
    return SignatureFound(
        **parts.stamp(state.course.order).envelope(),
        attempt=state.course.attempt,
        signature=signature,
        transaction=_signed(state, signature),
    )


def sought_of(state: Signed | Completed) -> Sought | None:
    """Answer what is sought under any signature; None where only this service signs."""
    if state.course.order.custody != "client" or state.searched_from is None:
        return None
    return sought(state.transaction, state.course.order.wallet, state.searched_from)


def _signed(state: Awaiting | Signed | Completed, signature: str) -> str:
    unsigned = read_unsigned(state.transaction, state.course.order.wallet)
    return with_signature(unsigned, bytes(Signature.from_string(signature))).base64
