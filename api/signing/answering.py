"""Taking a client's answer to a request to sign, and answering what the log made of it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from uuid import UUID

from api.signing.answer import Answer, verified
from api.submissions.appending import Appending
from api.submissions.outcome import POLL_S, WAIT_S, Outcome, decided, told
from api.submissions.reading import no_such_job
from api.submissions.rows import Rows
from api.web.problem import Problem
from buyqueue.buy.decide import Record, Stamp, decide
from buyqueue.buy.evolve import fold
from buyqueue.clock import Clock
from buyqueue.errors import Code
from buyqueue.events.events import BuyRequested
from buyqueue.events.signatures import SignatureAnswered, SignatureRequested
from projections.queries import Queries
from projections.views import Entry

_OVER: Final = (
    "Nothing waits for this answer: the request is over, was answered before, or the buy is "
    "being cancelled. What the wallet has signed is not sent"
)


def asked_for(history: Sequence[Entry], request_id: UUID) -> SignatureRequested | None:
    """Answer the request of this id if it counted. What did not count is for nobody to sign."""
    for entry in history:
        event = entry.event
        if isinstance(event, SignatureRequested) and event.event_id == request_id:
            return event if entry.ignored is None else None
    return None


def answered(history: Sequence[Entry], request_id: UUID) -> SignatureAnswered | None:
    """Answer the one answer to this request that counted."""
    for entry in history:
        event = entry.event
        counted = entry.ignored is None and isinstance(event, SignatureAnswered)
        if counted and isinstance(event, SignatureAnswered) and event.request_id == request_id:
            return event
    return None


class Answering:
    """Verifies an answer against what the log holds, appends it, and lets the log decide."""

    def __init__(
        self, *, queries: Queries, rows: Rows, appending: Appending, clock: Clock, writer: str
    ) -> None:
        self._queries = queries
        self._rows = rows
        self._appending = appending
        self._clock = clock
        self._writer = writer

    async def answer(self, job_id: UUID, answer: Answer) -> Outcome:
        """Take an answer: `signed` or `refused`, or `answering` if it is not decided in 2 s.

        Sending the same answer again is safe. Raises Problem: 404 for an unknown job, 409
        NO_SIGN_REQUEST; InvalidInput(INVALID_SIGNATURE); Unavailable if it may not be recorded.
        """
        deadline = self._clock.monotonic() + WAIT_S
        history = await self._history_with(job_id, answer.request_id, deadline)
        request = asked_for(history, answer.request_id)
        if request is None:
            raise _over(job_id)
        signature = verified(answer, request.transaction, _wallet(history))
        if known := answered(history, answer.request_id):
            return _told(job_id, known, signature)
        stamp = Stamp(
            self._clock.new_id(), job_id, self._clock.now(), self._writer, answer.request_id
        )
        event = SignatureAnswered(
            **stamp.envelope(),
            attempt=request.attempt,
            request_id=answer.request_id,
            signature=signature,
        )
        if not decide(fold(entry.event for entry in history), Record(event), stamp):
            raise _over(job_id)
        offset = (await self._appending.append(event)).offset

        def read(history: Sequence[Entry]) -> Outcome:
            known = answered(history, answer.request_id)
            if known is None:
                raise _over(job_id)
            return _told(job_id, known, signature)

        outcome = await decided(self._queries, self._clock, job_id, offset, deadline, read)
        return outcome or told(job_id, HTTPStatus.ACCEPTED, "answering", "The answer is recorded")

    async def _history_with(
        self, job_id: UUID, request_id: UUID, deadline: float
    ) -> Sequence[Entry]:
        """Read a job's history; sockets tell of a request a moment before the record has it."""
        while True:
            history = await self._queries.history(job_id)
            found = any(entry.event.event_id == request_id for entry in history)
            if found or self._clock.monotonic() >= deadline:
                break
            if not history and await self._rows.find(job_id) is None:
                raise no_such_job()
            await self._clock.sleep(POLL_S)
        return history


def _wallet(history: Sequence[Entry]) -> str:
    first = history[0].event
    assert isinstance(first, BuyRequested)  # noqa: S101 - a request begins every buy
    return first.wallet


def _told(job_id: UUID, known: SignatureAnswered, signature: str | None) -> Outcome:
    if known.signature != signature:
        raise _over(job_id)
    if signature is None:
        text = "Refused. The buy ends once what the wallet was asked to sign can no longer land"
        return told(job_id, HTTPStatus.OK, "refused", text)
    return told(job_id, HTTPStatus.OK, "signed", "Signed; the transaction is sent")


def _over(job_id: UUID) -> Problem:
    extra = {"jobId": str(job_id)}
    return Problem(HTTPStatus.CONFLICT, Code.NO_SIGN_REQUEST, _OVER, extra=extra)
