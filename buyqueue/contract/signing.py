"""What the user's own wallet is asked to sign, as it is shown."""

from buyqueue.amounts import lamports_to_sol
from buyqueue.buy.state import Awaiting, Known, State
from buyqueue.contract.shapes import ExternalBuySignRequest, ProgressDetails
from buyqueue.events.signatures import (
    SignatureAnswered,
    SignatureExpired,
    SignatureFound,
    SignatureRequested,
)


def sign_request_of(state: State) -> ExternalBuySignRequest | None:
    """Answer the request that waits for the wallet; None where nothing does."""
    if not isinstance(state, Awaiting) or state.answered or state.cancel_pending:
        return None
    order = state.course.order
    return ExternalBuySignRequest(
        job_id=str(order.job_id),
        user_id=order.user_id,
        request_id=str(state.request_id),
        wallet=order.wallet,
        token_address=order.mint,
        buy_amount=lamports_to_sol(order.lamports),
        lamports=str(order.lamports),
        transaction=state.transaction,
        last_valid_block_height=state.last_valid_block_height,
        platform=state.quote.platform,
        expected_out=str(state.quote.expected_out),
        minimum_out=str(state.quote.minimum_out),
        attempt=state.course.attempt,
    )


def signing_details(
    after: Known,
    event: SignatureRequested | SignatureAnswered | SignatureFound | SignatureExpired,
) -> ProgressDetails:
    """Answer what such an event means as progress."""
    attempt = event.attempt
    match event:
        case SignatureRequested():
            return ProgressDetails(
                current_operation="Waiting for the wallet to sign",
                platform=after.quote.platform if isinstance(after, Awaiting) else None,
                attempt=attempt,
                sign_request_id=str(event.event_id),
            )
        case SignatureAnswered(signature=None):
            text = "Refused by the wallet; waiting until what it was asked can no longer be sent"
            return ProgressDetails(current_operation=text, attempt=attempt)
        case SignatureAnswered():
            return ProgressDetails(current_operation="Signed by the wallet", attempt=attempt)
        case SignatureFound(signature=signature):
            return ProgressDetails(
                current_operation="The wallet's holder sent it; waiting for confirmation",
                transaction_signature=signature,
                attempt=attempt,
            )
        case SignatureExpired():
            text = "What the wallet was asked to sign can no longer land"
            return ProgressDetails(current_operation=text, attempt=attempt)
