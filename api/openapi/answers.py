"""The JSON of the routes' answers that sockets do not carry; those are in `buyqueue.contract`."""

from typing import Literal

from pydantic import ConfigDict

from buyqueue.contract.shapes import JobCreated, JobView, Shape


class StartedData(JobCreated):
    """What was queued, as it was understood: the job, and each default that was filled in."""

    lamports: str
    """The exact amount, in lamports."""
    slippage: float
    """Percent."""
    priority_fee: float
    """SOL; the most, where `priority` is `auto`."""
    priority: Literal["fixed", "auto"]
    platform: str
    """The venue that was asked for, or `auto`."""
    wallet: str
    """The address that pays: the public half of the key that was sent, in base 58."""


class Started(Shape):
    """The order is durable in the log; what becomes of it, the status route and sockets tell."""

    success: Literal[True]
    job_id: str
    """UUID of the job."""
    message: str
    data: StartedData


class Status(Shape):
    """A job, as far as it is known."""

    success: Literal[True]
    data: JobView


class Cancel(Shape):
    """What a cancel has come to: recorded, or already decided in time."""

    success: Literal[True]
    job_id: str
    status: Literal["cancelled", "cancelling"]
    message: str


class Index(Shape):
    """Where to go from here."""

    success: Literal[True]
    name: str
    routes: dict[str, str]
    """Method and path of each route, by what it is for."""


class Live(Shape):
    """The process answers."""

    success: Literal[True]
    status: Literal["live"]


class Check(Shape):
    """Whether a part that a buy needs answers."""

    ok: bool
    why: str | None = None
    """Why it does not."""


class Ready(Shape):
    """Whether a buy could be taken and followed now."""

    success: bool
    status: Literal["ready", "not_ready"]
    checks: dict[str, Check]


class Health(Shape):
    """The general health."""

    success: bool
    status: Literal["ok", "degraded"]
    uptime_ms: int
    """For how long this process has been up, in ms."""
    checks: dict[str, Check]


class ConnectionsData(Shape):
    """The sockets of this process."""

    connections: int
    """Open sockets."""
    open_buys: int
    """Buys that can still change."""
    positions: dict[str, int]
    """For each partition the offset of the next event to relay."""


class Connections(Shape):
    """How many sockets are open, and how far the relay has read."""

    success: Literal[True]
    data: ConnectionsData


class Document(Shape):
    """This document."""

    model_config = ConfigDict(extra="allow")

    openapi: Literal["3.1.0"]
