"""One buy in plain words, from its records. Pure."""

from collections.abc import Iterable, Iterator

from buyqueue.amounts import sol_text
from buyqueue.buy.state import Absent
from buyqueue.contract.status import outcome_unknown, status_of
from buyqueue.events.codec import Event
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
from buyqueue.events.signatures import (
    SignatureAnswered,
    SignatureExpired,
    SignatureFound,
    SignatureRequested,
)
from buyqueue.events.values import ExpiryProof, Fees
from projections.audit.entry import Entry, rfc3339


def story(entries: list[Entry]) -> list[str]:
    """Tell what happened, a line a fact, in log order; amounts in SOL and base units."""
    told = [line for entry in entries for line in _told(entry)]
    last = entries[-1].after if entries else Absent()
    if isinstance(last, Absent):
        return [*told, "This log holds no such buy."]
    unknown = "; its outcome is not known yet" if outcome_unknown(last) else ""
    ignored = sum(entry.ignored is not None for entry in entries)
    return [
        *told,
        (
            f"It is {status_of(last)}{unknown}, in attempt {last.course.attempt}: "
            f"{len(entries)} records, {ignored} of them ignored."
        ),
    ]


def _told(entry: Entry) -> Iterator[str]:
    when = rfc3339(entry.event.occurred_at if entry.event else entry.recorded_at)
    place = f"{entry.partition}:{entry.offset}"
    if entry.event is None:
        yield f"{when}  [{place}] a record that nobody can read: {entry.unreadable}"
        return
    first, *more = _facts(entry.event)
    by = f" ({entry.event.writer})"
    if entry.ignored is not None:
        yield f"{when}  [{place}] IGNORED, {entry.ignored}: {first}{by}"
        return
    yield f"{when}  [{place}] {first}{by}"
    yield from (f"    {line}" for line in more)


def _facts(event: Event) -> list[str]:
    match event:
        case BuyRequested():
            return [
                f"User {event.user_id} asked to buy {event.mint} for {_sol(event.lamports)}",
                f"from wallet {event.wallet}, signed by {_custody(event)}",
                (
                    f"slippage at most {_percent(event.slippage_bps)}, priority fee "
                    f"{'at most ' if event.priority == 'auto' else ''}"
                    f"{_sol(event.priority_fee_lamports)}, venue {event.platform}"
                ),
            ]
        case BuyCancelled():
            because = f": {event.reason}" if event.reason else ""
            return [f"{event.requested_by} asked to stop it{because}"]
        case PhaseAdvanced():
            return [f"Phase {event.phase}, {event.title}, {event.percent} %"]
        case BuyQuoted():
            return _quoted(event)
        case BuySigned():
            return [
                f"Attempt {event.attempt}: signed {event.signature}",
                f"it may land up to block height {event.last_valid_block_height}",
            ]
        case SignatureRequested() | SignatureAnswered() | SignatureFound() | SignatureExpired():
            return _signature(event)
        case BuySent():
            return [f"Attempt {event.attempt}: {', '.join(event.nodes)} took {event.signature}"]
        case BuyUndecided():
            return [
                f"Attempt {event.attempt}: past its last height, and neither landed nor proven dead"
            ]
        case BuyExpired():
            return [
                (
                    f"Attempt {event.attempt}: {event.signature} can no longer land "
                    f"(last height {event.last_valid_block_height})"
                ),
                *_proofs(event.proofs),
            ]
        case AttemptFailed():
            return [
                f"Attempt {event.attempt} failed unsigned, {event.code}: {event.error}",
                f"the next may begin at {rfc3339(event.retry_at)}",
            ]
        case BuyCompleted():
            return [
                (
                    f"Attempt {event.attempt}: bought on {event.platform} in slot {event.slot}, "
                    f"transaction {event.signature}"
                ),
                (
                    f"received {event.tokens_received} base units "
                    f"({event.token_decimals} decimals), spent {_sol(event.lamports_spent)} in all"
                ),
                f"fees: {_fees(event.fees)}",
                f"{event.duration_ms} ms after the request",
            ]
        case BuyFailed():
            return _failed(event)
        case BuyStopped():
            return [f"Stopped in attempt {event.attempt}: nothing was bought"]
        case BuyFinalized():
            return _finalized(event)
        case BuyReverted():
            return _reverted(event)


def _quoted(event: BuyQuoted) -> list[str]:
    impact = event.price_impact_bps
    return [
        (
            f"Attempt {event.attempt}: {event.platform} offered {event.expected_out} base units "
            f"for {_sol(event.lamports_in)}, at least {event.minimum_out}"
        ),
        f"chosen because: {event.reason}",
        f"fees: {_fees(event.fees)}",
        *([f"price impact {_percent(impact)}"] if impact is not None else []),
        *([f"the venue calls it {event.request_id}"] if event.request_id else []),
    ]


def _signature(
    event: SignatureRequested | SignatureAnswered | SignatureFound | SignatureExpired,
) -> list[str]:
    attempt = f"Attempt {event.attempt}"
    match event:
        case SignatureRequested():
            return [
                f"{attempt}: the user's wallet is asked to sign, request {event.event_id}",
                f"what it signs may land up to block height {event.last_valid_block_height}",
            ]
        case SignatureAnswered():
            answer = f"signed {event.signature}" if event.signature else "refused"
            return [f"{attempt}: the wallet {answer}"]
        case SignatureFound():
            return [f"{attempt}: the wallet's holder sent it alone, as {event.signature}"]
        case SignatureExpired():
            return [
                (
                    f"{attempt}: what the wallet was asked to sign can no longer land "
                    f"(last height {event.last_valid_block_height})"
                ),
                *_proofs(event.proofs),
            ]


def _finalized(event: BuyFinalized) -> list[str]:
    anew = event.landed_anew
    told = [f"Finalized in slot {event.slot}: no fork can take it back"]
    if anew is None:
        return told
    return [
        *told,
        (
            f"a fork had it land anew: received {anew.tokens_received} base units, "
            f"spent {_sol(anew.lamports_spent)} in all"
        ),
        f"fees: {_fees(anew.fees)}",
    ]


def _reverted(event: BuyReverted) -> list[str]:
    anew = f", and it failed where it landed anew, in slot {event.slot}" if event.slot else ""
    return [
        f"Taken back by a fork{anew}: nothing is bought ({event.code}: {event.error})",
        *([event.detail] if event.detail else []),
        *_proofs(event.proofs),
        f"spent {_sol(event.lamports_spent)}",
    ]


def _proofs(proofs: Iterable[ExpiryProof]) -> list[str]:
    return [
        f"proof of {proof.node}: finalized height {proof.finalized_block_height} at "
        f"slot {proof.finalized_slot}, searched at slot {proof.searched_at_slot}"
        for proof in proofs
    ]


def _failed(event: BuyFailed) -> list[str]:
    landed = f", transaction {event.signature} in slot {event.slot}" if event.signature else ""
    return [
        f"Failed in attempt {event.attempt}, {event.code}: {event.error}{landed}",
        *([event.detail] if event.detail else []),
        f"spent {_sol(event.lamports_spent)}, {event.duration_ms} ms after the request",
    ]


def _custody(event: BuyRequested) -> str:
    match event.custody:
        case "service":
            return "this service"
        case "remote":
            return "the wallet's registered signer"
        case "client":
            return "the user's own wallet"


def _fees(fees: Fees) -> str:
    named = {
        "network": fees.network,
        "priority": fees.priority,
        "rent": fees.rent,
        "tip": fees.tip,
    }
    told = [f"{name} {_sol(lamports)}" for name, lamports in named.items()]
    return ", ".join([*told, f"venue {_percent(fees.venue_bps)}"])


def _sol(lamports: int) -> str:
    return f"{sol_text(lamports)} SOL"


def _percent(bps: int) -> str:
    return f"{bps / 100:g} %"
