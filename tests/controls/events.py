"""One example of each event, and strategies that make many."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from buyqueue.errors import Code
from buyqueue.events.codec import EVENT_TYPES, Event
from buyqueue.events.events import (
    AttemptFailed,
    BuyCancelled,
    BuyCompleted,
    BuyExpired,
    BuyFailed,
    BuyFinalized,
    BuyQuoted,
    BuyRequested,
    BuyReverted,
    BuySent,
    BuySigned,
    BuyStopped,
    BuyUndecided,
    PhaseAdvanced,
)
from buyqueue.events.values import Fees, Landing
from tests.controls.signatures import (
    REQUESTS,
    signature_answered,
    signature_expired,
    signature_found,
    signature_requested,
    signed_by_wallet,
)
from tests.controls.values import JOB, MINT, MOMENT, QUOTES, SIGNATURES, WALLET, envelope, proof

__all__ = ["JOB", "MINT", "MOMENT", "QUOTES", "SIGNATURES", "WALLET", "envelope", "proof"]


def requested(**other: Any) -> BuyRequested:
    fields: dict[str, Any] = {
        "user_id": "user123",
        "mint": MINT,
        "lamports": 100_000_000,
        "slippage_bps": 300,
        "priority_fee_lamports": 2_000_000,
        "platform": "auto",
        "wallet": WALLET,
    }
    return BuyRequested(**envelope(), **(fields | other))


def cancelled() -> BuyCancelled:
    return BuyCancelled(**envelope(), requested_by="user123")


def advanced(phase: int) -> PhaseAdvanced:
    return PhaseAdvanced(
        **envelope(), phase=phase, title="Title", percent=10, description="Description"
    )


def quoted(attempt: int = 1, quote: UUID = QUOTES[0]) -> BuyQuoted:
    return BuyQuoted(
        **envelope(quote),
        attempt=attempt,
        platform="jupiter",
        reason="best route",
        lamports_in=100_000_000,
        expected_out=1_000_000,
        minimum_out=970_000,
    )


def signed(attempt: int = 1, signature: str = SIGNATURES[0], quote: UUID = QUOTES[0]) -> BuySigned:
    return BuySigned(
        **envelope(causation_id=quote),
        attempt=attempt,
        signature=signature,
        transaction="AQ==",
        last_valid_block_height=300,
    )


def sent(attempt: int = 1, signature: str = SIGNATURES[0]) -> BuySent:
    return BuySent(**envelope(), attempt=attempt, signature=signature, nodes=("node:8899",))


def undecided(attempt: int = 1, signature: str = SIGNATURES[0]) -> BuyUndecided:
    return BuyUndecided(**envelope(), attempt=attempt, signature=signature)


def expired(attempt: int = 1, signature: str = SIGNATURES[0]) -> BuyExpired:
    return BuyExpired(
        **envelope(),
        attempt=attempt,
        signature=signature,
        last_valid_block_height=300,
        proofs=(proof(),),
    )


def attempt_failed(attempt: int = 1) -> AttemptFailed:
    return AttemptFailed(
        **envelope(),
        attempt=attempt,
        code=Code.PLATFORM_UNAVAILABLE,
        error="Platform unavailable: HTTP 503",
        retry_at=MOMENT + timedelta(seconds=1),
    )


def completed(attempt: int = 1, signature: str = SIGNATURES[0]) -> BuyCompleted:
    return BuyCompleted(
        **envelope(),
        attempt=attempt,
        signature=signature,
        slot=1_234,
        platform="jupiter",
        lamports_spent=104_044_280,
        price_lamports=100_000_000,
        fees=Fees(network=5_000, priority=2_000_000, rent=2_039_280, protocol=950_000),
        tokens_received=1_000_000,
        token_decimals=6,
        duration_ms=2_500,
    )


def failed(attempt: int = 1, signature: str | None = None) -> BuyFailed:
    return BuyFailed(
        **envelope(),
        attempt=attempt,
        code=Code.INSUFFICIENT_BALANCE,
        error="Insufficient balance",
        signature=signature,
        duration_ms=900,
    )


def stopped(attempt: int = 1) -> BuyStopped:
    return BuyStopped(**envelope(), attempt=attempt, duration_ms=800)


def finalized(signature: str = SIGNATURES[0]) -> BuyFinalized:
    return BuyFinalized(**envelope(), signature=signature, slot=1_234)


def reverted(signature: str = SIGNATURES[0]) -> BuyReverted:
    return BuyReverted(
        **envelope(),
        attempt=1,
        signature=signature,
        code=Code.TRANSACTION_DROPPED,
        error="A fork dropped the transaction for good",
        proofs=(proof(),),
        duration_ms=90_000,
    )


def landed_anew(signature: str = SIGNATURES[0]) -> BuyFinalized:
    figures = Landing(lamports_spent=104_000_000, tokens_received=999_000, token_decimals=6)
    return finalized(signature).model_copy(update={"slot": 1_300, "landed_anew": figures})


def examples() -> dict[str, Event]:
    """One of each, by type."""
    events: list[Event] = [
        requested(),
        cancelled(),
        advanced(1),
        quoted(),
        signed(),
        sent(),
        undecided(),
        expired(),
        attempt_failed(),
        completed(),
        failed(),
        stopped(),
        finalized(),
        reverted(),
        signature_requested(),
        signature_answered(),
        signature_found(),
        signature_expired(),
    ]
    by_type = {event.type: event for event in events}
    assert set(by_type) == {kind.__name__ for kind in EVENT_TYPES}
    return {str(name): event for name, event in by_type.items()}


def any_event() -> st.SearchStrategy[Event]:
    """Any event of one buy, by any writer: in time, late, twice, or of another attempt."""
    attempts, signatures = st.integers(1, 4), st.sampled_from(SIGNATURES)
    quotes, requests = st.sampled_from(QUOTES), st.sampled_from(REQUESTS)
    return st.one_of(
        st.builds(requested),
        st.builds(cancelled),
        st.builds(advanced, st.integers(1, 4)),
        st.builds(quoted, attempts, quotes),
        st.builds(signed, attempts, signatures, quotes),
        st.builds(sent, attempts, signatures),
        st.builds(undecided, attempts, signatures),
        st.builds(expired, attempts, signatures),
        st.builds(attempt_failed, attempts),
        st.builds(completed, attempts, signatures),
        st.builds(failed, attempts, st.none() | signatures),
        st.builds(stopped, attempts),
        st.builds(finalized, signatures),
        st.builds(landed_anew, signatures),
        st.builds(reverted, signatures),
        st.builds(signature_requested, attempts, requests, quotes),
        st.builds(signature_answered, attempts, requests, st.none() | signatures),
        st.builds(signature_found, attempts, signatures),
        st.builds(signature_expired, attempts, requests),
        st.builds(signed_by_wallet, attempts, signatures, requests),
    )


def history() -> st.SearchStrategy[list[Event]]:
    """A request and whatever follows it, in any order."""
    likely = [
        [advanced(1), advanced(2), advanced(3), quoted(), signed(), sent()],
        [advanced(1), advanced(2), advanced(3), quoted()],
        [],
    ]
    asked = [*likely[1], signature_requested()]
    return st.builds(
        lambda start, rest: [*start, *rest],
        st.sampled_from(
            [
                *([requested(), *start] for start in likely),
                [requested(custody="client"), *asked],
                [requested(custody="client"), *asked, signature_answered(), signed_by_wallet()],
            ]
        ),
        st.lists(any_event(), max_size=25),
    )
