"""Getting a submission's BuyRequested into the log, once, and knowing whether it is there."""

import asyncio
from http import HTTPStatus
from typing import Final

from aiokafka.errors import MessageSizeTooLargeError, ProducerClosed

from api.parts import Brokers, Log
from api.submissions.rows import Rows
from api.submissions.submission import Submission, requested
from api.submissions.writing import note
from api.web.problem import Problem
from buyqueue.clock import Clock
from buyqueue.errors import BuyQueueError, Code, Unavailable
from buyqueue.events.codec import Event
from buyqueue.log.journal import Cursor
from buyqueue.logs import get_logger

POLL_S: Final = 0.1


def surely_absent(error: BaseException) -> bool:
    """Tell whether an append failed before the producer took the event over."""
    return isinstance(error.__cause__, ProducerClosed | MessageSizeTooLargeError)


def unknown(submission: Submission) -> Problem:
    """Say that the log may or may not hold this submission.

    Sending it again is safe only with the key that finds it: without one it would be a second buy.
    """
    keyed = submission.idempotency_key is not None
    advice = (
        "send the same request with the same Idempotency-Key again, which is safe"
        if keyed
        else "ask for the job's status or cancel it; do not send it again, it could buy twice"
    )
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        Code.LOG_UNAVAILABLE,
        f"Kafka did not confirm the job in time: it may still be carried out. Now {advice}",
        retryable=keyed,
        extra={"jobId": str(submission.job_id)},
    )


class Appending:
    """Appends events, in time."""

    def __init__(
        self, *, rows: Rows, log: Log, brokers: Brokers, clock: Clock, writer: str, timeout_ms: int
    ) -> None:
        self._rows = rows
        self._log = log
        self._brokers = brokers
        self._clock = clock
        self._writer = writer
        self._timeout_ms = timeout_ms
        self._logger = get_logger("api")

    async def append(self, event: Event) -> Cursor:
        """Append an event; raises Unavailable(LOG_UNAVAILABLE): it may be in the log all the same.

        NB: the producer goes on trying after our time is up.
        """
        try:
            async with asyncio.timeout(self._timeout_ms / 1000):
                return await self._log.append(event)
        except TimeoutError:
            raise Unavailable(
                Code.LOG_UNAVAILABLE, "Kafka did not confirm the event in time"
            ) from None

    async def require_reachable(self, submission: Submission) -> None:
        """Return if the log can be reached; raises Unavailable before anything was written."""
        try:
            async with asyncio.timeout(self._timeout_ms / 1000):
                if await self._brokers.reachable(submission.job_id):
                    return
        except TimeoutError:
            pass
        raise Unavailable(
            Code.LOG_UNAVAILABLE, "Kafka cannot be reached; nothing was queued, try again"
        )

    async def new(self, submission: Submission) -> None:
        """Append a submission that only this call knows, and note its place.

        Raises Problem: where the append surely did not happen the rows are deleted again, and
        otherwise the caller is told that the outcome is unknown.
        """
        try:
            cursor = await self.append(requested(submission, self._writer))
        except Unavailable as error:
            if not surely_absent(error):
                raise unknown(submission) from error
            await self._rows.delete(submission.job_id)
            raise
        try:
            await self._rows.record(submission.job_id, cursor)
        except Unavailable as error:
            self._place_is_lost(submission, error)

    async def shared(self, submission: Submission) -> None:
        """Append a submission that others may be appending: whoever holds its row does it.

        Returns once it is in the log. A place that is not noted costs a second append, which is
        ignored by every reader.
        """
        deadline = self._clock.monotonic() + self._timeout_ms / 1000
        while not await self._appended_under_lock(submission):
            await self._clock.sleep(POLL_S)
            found = await self._rows.find(submission.job_id)
            if found is not None and found.offset is not None:
                return
            if self._clock.monotonic() >= deadline:
                raise unknown(submission)

    async def _appended_under_lock(self, submission: Submission) -> bool:
        cursor: Cursor | None = None
        try:
            async with self._rows.lock(submission.job_id, self._timeout_ms) as held:
                if held is None:
                    return False
                connection, current = held
                if current.offset is None:
                    cursor = await self.append(requested(current, self._writer))
                    await note(connection, [(current.job_id, cursor)])
        except BuyQueueError as error:
            if cursor is None:
                raise unknown(submission) from error
            self._place_is_lost(submission, error)
        return True

    def _place_is_lost(self, submission: Submission, error: BuyQueueError) -> None:
        job_id = str(submission.job_id)
        self._logger.warning("submission.place_not_noted", job_id=job_id, error=error.text)
