"""The JSON of every refusal and failure."""

from typing import Literal

from buyqueue.contract.shapes import Shape


class Refusal(Shape):
    """The one shape of what is not an answer. Nothing was queued unless the text says so."""

    success: Literal[False]
    error: str
    """For people."""
    code: str
    """For programs, and part of the contract."""
    field: str | None = None
    """The field or header that is at fault."""
    retryable: bool
    """Whether sending the very same request again is safe and may help."""
    details: str | None = None
    """The cause; only where debug routes are on."""


class Undecided(Refusal):
    """A part did not answer. With a `jobId` the order may be in the log: the text says what to do.

    Without one nothing was queued.
    """

    job_id: str | None = None


class TooLate(Refusal):
    """The buy can no longer be cancelled: its transaction is signed, or it has ended."""

    job_id: str
    signature: str | None = None
    """With `too_late`: the transaction that may still land."""
    last_valid_block_height: int | None = None
    """With `too_late`: past this block height it can no longer land."""
    status: Literal["completed", "failed"] | None = None
    """With `already_finished`: how it ended."""


class Capped(Refusal):
    """A user's limit stands in the way."""

    limit: int | None = None
    """With `too_many_open_jobs`: how many buys may be open."""
    cap_lamports: str | None = None
    """With `spend_cap_reached`: what a user may spend in a UTC day."""
    left_lamports: str | None = None
    """With `spend_cap_reached`: what is left of it."""
