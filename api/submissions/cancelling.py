"""Asking a buy to stop, and answering what the log decided."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from uuid import UUID

from api.submissions.appending import Appending
from api.submissions.outcome import WAIT_S, Outcome, decided, told
from api.submissions.reading import no_such_job
from api.submissions.rows import Rows
from api.submissions.submission import Submission, requested
from api.web.problem import Problem
from buyqueue.buy.decide import CancelBuy, Stamp, decide
from buyqueue.buy.evolve import fold
from buyqueue.buy.state import (
    Absent,
    Awaiting,
    Completed,
    Failed,
    Known,
    Signed,
    State,
    Stopped,
    Stopping,
)
from buyqueue.clock import Clock
from buyqueue.errors import Code
from projections.queries import Queries
from projections.views import Entry

_WITH_THE_WALLET: Final = (
    "The cancel is recorded: a signature that comes now is not sent. The wallet's holder may still "
    "send what it was asked to sign; the buy is cancelled once a proof says that it can no longer "
    "land"
)


def outcome_of(job_id: UUID, state: State) -> Outcome | None:
    """Answer what a state means for a cancel; None while nothing is decided.

    Raises Problem (409): `too_late` once a transaction is signed, `already_finished` after that.
    """
    match state:
        case Stopping() | Stopped():
            return told(job_id, HTTPStatus.OK, "cancelled", "The buy is cancelled")
        case Awaiting(cancel_pending=True):
            return told(job_id, HTTPStatus.ACCEPTED, "cancelling", _WITH_THE_WALLET)
        case Signed():
            raise Problem(
                HTTPStatus.CONFLICT,
                Code.TOO_LATE,
                "Too late: the transaction is signed and may land until its last valid block "
                "height. No further attempt follows once the cancel is recorded",
                extra={
                    "jobId": str(job_id),
                    "signature": state.signature,
                    "lastValidBlockHeight": state.last_valid_block_height,
                },
            )
        case Completed() | Failed():
            end = "completed" if isinstance(state, Completed) else "failed"
            raise Problem(
                HTTPStatus.CONFLICT,
                Code.ALREADY_FINISHED,
                f"The buy has already {end}: there is nothing left to cancel",
                extra={"jobId": str(job_id), "status": end},
            )
        case _:
            return None


class Canceller:
    """Appends the wish to stop; the log decides whether it came in time."""

    def __init__(
        self, *, queries: Queries, rows: Rows, appending: Appending, clock: Clock, writer: str
    ) -> None:
        self._queries = queries
        self._rows = rows
        self._appending = appending
        self._clock = clock
        self._writer = writer

    async def cancel(self, job_id: UUID) -> Outcome:
        """Cancel a buy and answer the decision, or `cancelling` if it is not known in 2 s.

        Cancelling again is safe. Raises Problem: 404 for an unknown job, 409 as `outcome_of`;
        Unavailable if the cancel may not have been recorded.
        """
        state = await self._known(job_id)
        stamp = Stamp(self._clock.new_id(), job_id, self._clock.now(), self._writer)
        offset = -1  # nothing is appended where a cancel would change nothing
        for event in decide(state, CancelBuy(state.course.order.user_id), stamp):
            offset = (await self._appending.append(event)).offset

        def read(history: Sequence[Entry]) -> Outcome | None:
            return outcome_of(job_id, _folded(history))

        deadline = self._clock.monotonic() + WAIT_S
        outcome = await decided(self._queries, self._clock, job_id, offset, deadline, read)
        return outcome or told(
            job_id,
            HTTPStatus.ACCEPTED,
            "cancelling",
            "The cancel is recorded; whether it came in time is not known yet: ask for the status",
        )

    async def _known(self, job_id: UUID) -> Known:
        state = _folded(await self._queries.history(job_id))
        if not isinstance(state, Absent):
            return state
        submission = await self._rows.find(job_id)
        if submission is None:
            raise no_such_job()
        if submission.offset is None:
            await self._withdraw(submission)
        state = fold([requested(submission, self._writer)])
        assert not isinstance(state, Absent)  # noqa: S101 - a request begins every buy
        return state

    async def _withdraw(self, submission: Submission) -> None:
        """Make sure that a cancel has something to cancel, and that nothing is bought meanwhile.

        A cancel before its request would be ignored, and a late append of the request would then
        buy. So the request goes first; and before it, the key, without which nobody can sign.
        """
        await self._rows.forget_key(submission.job_id)
        cursor = await self._appending.append(requested(submission, self._writer))
        await self._rows.record(submission.job_id, cursor)


def _folded(history: Sequence[Entry]) -> State:
    return fold(entry.event for entry in history)
