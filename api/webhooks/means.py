"""What all senders of a replica share."""

from collections.abc import Callable
from dataclasses import dataclass, field

from api.relay.projected import Projected
from api.relay.replay import Replay
from api.webhooks.leases import Leases
from api.webhooks.posting import Poster
from api.webhooks.retrying import Terms
from api.webhooks.sealing import SecretBox
from buyqueue.clock import Clock
from buyqueue.metrics import Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """By parameter, all of it."""

    replay: Replay
    projected: Projected
    poster: Poster
    leases: Leases
    box: SecretBox
    terms: Terms
    clock: Clock
    metrics: Metrics
    dice: Callable[[], float]
    leased_until: Callable[[], float] = field(repr=False)
    """By the monotonic clock, until when what is ours is surely nobody else's."""
