"""A submission: an order, the name it was given, and where it stands in the log. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.orders.draft import OrderFields, order_of
from buyqueue.buy.decide import RequestBuy, Stamp, decide
from buyqueue.buy.state import Absent, Order
from buyqueue.events.codec import Event
from buyqueue.idempotency import digest_of


@dataclass(frozen=True, slots=True)
class Submission:
    """A row of `submissions`."""

    job_id: UUID
    user_id: str
    idempotency_key: str | None
    fingerprint: bytes
    order_fields: OrderFields
    created_at: datetime
    """In whole ms, as events carry it."""
    offset: int | None = None
    """None until Kafka has acknowledged BuyRequested: it may be in the log, or not."""

    @property
    def order(self) -> Order:
        """The order as the state of a buy holds it."""
        return order_of(self.job_id, self.order_fields, self.created_at)


def names_of(
    user_id: str, key: str | None, reference: str | None, fingerprint: bytes
) -> OrderFields:
    """Answer what the log keeps of an order's names, as a field of BuyRequested; or no field."""
    if key is None and reference is None:
        return {}
    return {
        "idempotency": {
            "key": None if key is None else digest_of("key", user_id, key),
            "reference": None if reference is None else digest_of("reference", user_id, reference),
            "order": fingerprint.hex(),
        }
    }


def requested(submission: Submission, writer: str) -> Event:
    """Write the submission's BuyRequested: whenever and wherever, it is the same event.

    Its eventId is the job's own id, so that a second append is known for what it is; every fold
    ignores it.
    """
    stamp = Stamp(submission.job_id, submission.job_id, submission.created_at, writer)
    (event,) = decide(Absent(), RequestBuy(dict(submission.order_fields)), stamp)
    return event
