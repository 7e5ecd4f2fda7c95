"""Every metric of every process, in one list; Prometheus' conventions: seconds, `_total`, labels.

Each process makes one `Metrics` in its composition root and serves it (`buyqueue.monitor`). A
process fills in what it knows and leaves the rest at nothing.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector

FAST_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Buckets of calls between machines."""
LONG_S: Final = (0.25, 0.5, 1, 2, 3, 5, 8, 13, 21, 34, 60, 90, 150, 300)
"""Buckets of whole buys and of steps that wait for the chain."""


class Metrics:
    """The list."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)

        # Every process.
        self.ready = Gauge(
            "buyq_ready",
            "1 if /health/ready of this process answers 200, 0 if it answers 503",
            registry=registry,
        )

        # The projector, which reads each event of the log once.
        # Success rate: ended{outcome="completed"} over ended. Errors by type: its label `code`.
        self.ended = Counter(
            "buyq_buys_ended",
            "Buys that ended, by how, where, and the error's code (empty for none)",
            ["outcome", "platform", "code"],
            registry=registry,
        )
        self.took = Histogram(
            "buyq_buy_seconds",
            "From the request of a buy to its end",
            ["outcome"],
            buckets=LONG_S,
            registry=registry,
        )
        self.events = Counter(
            "buyq_events",
            "Events of the log, by type (attempts: AttemptFailed), and whether they were ignored",
            ["type", "ignored"],
            registry=registry,
        )
        self.queued = Gauge(
            "buyq_buys_queued",
            "Queue depth: accepted buys that no worker has begun",
            registry=registry,
        )
        self.open = Gauge(
            "buyq_buys_open", "Buys that have not ended, the queued ones too", registry=registry
        )
        self.unknown = Gauge(
            "buyq_outcome_unknown",
            "Buys past their last valid height that neither landed nor are proven dead",
            registry=registry,
        )
        self.poison = Counter(
            "buyq_unreadable_records", "Records of the log that cannot be read", registry=registry
        )
        self.lag = Gauge(
            "buyq_consumer_lag",
            "Records of the log that this process has not folded yet, by partition",
            ["partition"],
            registry=registry,
        )

        # A worker.
        self.in_flight = Gauge(
            "buyq_in_flight", "Buys that this worker has at work", registry=registry
        )
        self.waiting = Gauge(
            "buyq_waiting", "Buys of this worker that wait for a place", registry=registry
        )
        self.steps = Histogram(
            "buyq_step_seconds",
            "One effect of a buy, by what it is and how it came out",
            ["step", "outcome"],
            buckets=LONG_S,
            registry=registry,
        )
        self.dead_letters = Counter(
            "buyq_dead_letters", "Records put into the dead letters", registry=registry
        )

        # The api and the workers.
        self.rpc = Histogram(
            "buyq_rpc_seconds",
            "Calls of Solana nodes, by node, method and outcome (ok, error, unanswered)",
            ["node", "method", "outcome"],
            buckets=FAST_S,
            registry=registry,
        )
        self.appends = Histogram(
            "buyq_append_seconds",
            "Appends to the log until they are durable, by outcome (ok, unknown)",
            ["outcome"],
            buckets=FAST_S,
            registry=registry,
        )

        # The api.
        self.requests = Histogram(
            "buyq_http_seconds",
            "Requests, by method, route and status",
            ["method", "route", "status"],
            buckets=FAST_S,
            registry=registry,
        )
        self.refused = Counter(
            "buyq_http_refused",
            "Requests refused, by code: spend_cap_reached, rate_limited, unauthenticated ...",
            ["code"],
            registry=registry,
        )
        self.webhooks = Histogram(
            "buyq_webhook_seconds",
            "Attempts to deliver to a webhook, by outcome (delivered, refused, gone, timed_out, "
            "unreachable, not_allowed, unsigned, busy)",
            ["outcome"],
            buckets=FAST_S,
            registry=registry,
        )
        self.sockets = Gauge(
            "buyq_socket_connections", "Socket.IO connections of this process", registry=registry
        )

    def saw_call(self, node: str, method: str, outcome: str, seconds: float) -> None:
        """Observe a call of a Solana node."""
        self.rpc.labels(node, method, outcome).observe(seconds)

    def saw_append(self, outcome: str, seconds: float) -> None:
        """Observe an append."""
        self.appends.labels(outcome).observe(seconds)
