"""What an event means for those who watch: the same for live sockets, replays and the status.

Pure functions of the folded state and the event, so a replay says what the live relay said.
"""

from dataclasses import dataclass
from typing import Literal

from buyqueue.buy.state import Absent, Known
from buyqueue.contract.progress import progress_of
from buyqueue.contract.result import job_created, result_of
from buyqueue.contract.shapes import (
    ExternalBuyProgress,
    ExternalBuyResult,
    ExternalBuySignRequest,
    JobCreated,
)
from buyqueue.contract.signing import sign_request_of
from buyqueue.events.codec import Event
from buyqueue.events.events import BuyRequested
from buyqueue.events.signatures import SignatureRequested

MessageName = Literal[
    "external_buy_job_created",
    "external_buy_progress",
    "external_buy_sign_request",
    "external_buy_result",
]


@dataclass(frozen=True, slots=True)
class Message:
    """A socket event; `user_id` names the room."""

    name: MessageName
    user_id: str
    payload: JobCreated | ExternalBuyProgress | ExternalBuySignRequest | ExternalBuyResult


def messages(
    before: Absent | Known, after: Known, event: Event, partition: int, offset: int
) -> list[Message]:
    """Answer what to tell about an accepted event, in order. Empty for what concerns nobody."""
    order = after.course.order
    if isinstance(event, BuyRequested):
        placed = {"partition": partition, "cursor": offset}
        created = job_created(order).model_copy(update=placed)
        return [Message("external_buy_job_created", order.user_id, created)]
    second: ExternalBuyResult | ExternalBuySignRequest | None = result_of(before, after, event)
    name: MessageName = "external_buy_result"
    if isinstance(event, SignatureRequested):
        second, name = sign_request_of(after), "external_buy_sign_request"
    told: list[Message] = []
    if progress := progress_of(before, after, event):
        # An end is two messages, and so is a request to sign. A client that is cut between them
        # and comes back with the greatest cursor it saw must get the second one: so the first
        # counts as not the last.
        seen = offset - 1 if second else offset
        placed = {"partition": partition, "cursor": seen}
        told.append(
            Message("external_buy_progress", order.user_id, progress.model_copy(update=placed))
        )
    if second:
        placed = {"partition": partition, "cursor": offset}
        told.append(Message(name, order.user_id, second.model_copy(update=placed)))
    return told
