"""What the steps work with; made once, in the composition root."""

from dataclasses import dataclass
from uuid import UUID

from buyqueue.buy.decide import Stamp
from buyqueue.buy.state import Order
from buyqueue.clock import Clock, milliseconds_between
from buyqueue.tracing.spans import OFF, Spans
from streams.chain.guard import Guard
from streams.chain.landing import Landing
from streams.chain.nodes import Nodes
from streams.chain.outlasting import Outlasting
from streams.chain.statuses import StatusBoard
from streams.claims import Claims
from streams.platforms.router import Router
from streams.vault.signer import Signer


@dataclass(frozen=True, slots=True)
class Parts:
    """The worker's effects, its clock and its name."""

    clock: Clock
    writer: str
    nodes: Nodes
    board: StatusBoard
    landing: Landing
    outlasting: Outlasting
    guard: Guard
    signer: Signer
    claims: Claims
    router: Router
    spans: Spans = OFF

    def stamp(self, order: Order, cause: UUID | None = None) -> Stamp:
        """Stamp the next event of a buy."""
        return Stamp(self.clock.new_id(), order.job_id, self.clock.now(), self.writer, cause)

    def age_ms(self, order: Order) -> int:
        """Answer how long ago the buy was requested, in ms."""
        return milliseconds_between(order.requested_at, self.clock.now())
