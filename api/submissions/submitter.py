"""Taking an order: sealed, written down, and only then appended to the log."""

import asyncio
from uuid import UUID

from api.orders.draft import Draft, fingerprint
from api.orders.mints import Mints
from api.submissions.appending import Appending
from api.submissions.rows import Rows
from api.submissions.submission import Submission, names_of
from api.submissions.tickets import Ticket, Tickets
from buyqueue.clock import Clock
from buyqueue.errors import Code, InvalidInput


class Submitter:
    """Takes orders. What has begun is finished, whether or not the client still listens."""

    def __init__(
        self, *, rows: Rows, appending: Appending, mints: Mints, tickets: Tickets, clock: Clock
    ) -> None:
        self._rows = rows
        self._appending = appending
        self._mints = mints
        self._tickets = tickets
        self._clock = clock
        self._running: set[asyncio.Task[Submission]] = set()

    async def submit(self, draft: Draft, key: str | None) -> Submission:
        """Take an order and return once it is durable in the log; wipes the draft's secret.

        With an idempotency key the same order is taken once, however often it comes. Raises
        InvalidInput (also IDEMPOTENCY_CONFLICT for another order under the same key), Unavailable
        if nothing was done, and Problem if it is unknown whether the log has it.
        """
        task = asyncio.create_task(self._submit(draft, key))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # Shielded: a client that hangs up, or a server that stops, does not leave half a job.
        return await asyncio.shield(task)

    async def drain(self) -> None:
        """Wait until everything that has begun is finished."""
        while self._running:
            await asyncio.wait(self._running)

    async def _submit(self, draft: Draft, key: str | None) -> Submission:
        try:
            known = await self._rows.find_by_key(draft.user_id, key) if key else None
            if known is None:
                await self._mints.check(draft.mint)
                job_id = self._clock.new_id()
                ticket = await self._tickets.issue(draft, job_id)
                new = self._submission(draft, key, job_id, ticket)
                await self._appending.require_reachable(new)
        finally:
            draft.wipe()
        if known is not None:
            return await self._again(known, draft)
        if not await self._rows.insert(new, ticket):
            # Another request with this key was faster, or the sealed key was used before.
            known = await self._rows.find_by_key(draft.user_id, key) if key else None
            if known is None and ticket.reference is not None:
                raise _used()
            return await self._again(known or new, draft)
        await (self._appending.shared(new) if key else self._appending.new(new))
        return new

    async def _again(self, known: Submission, draft: Draft) -> Submission:
        if known.fingerprint != fingerprint(draft):
            raise InvalidInput(
                Code.IDEMPOTENCY_CONFLICT,
                "This Idempotency-Key was used for another order; take a new key for a new order",
                field="Idempotency-Key",
            )
        if known.offset is None:
            await self._appending.shared(known)
        return known

    def _submission(
        self, draft: Draft, key: str | None, job_id: UUID, ticket: Ticket
    ) -> Submission:
        now, asked = self._clock.now(), fingerprint(draft)
        order = ticket.complete(draft.order)
        return Submission(
            job_id=job_id,
            user_id=draft.user_id,
            idempotency_key=key,
            fingerprint=asked,
            order_fields={**order, **names_of(draft.user_id, key, ticket.reference, asked)},
            created_at=now.replace(microsecond=now.microsecond // 1000 * 1000),
        )


def _used() -> InvalidInput:
    return InvalidInput(
        Code.REFERENCE_USED,
        "This reference was used for another order: seal the key anew, with a new reference",
        field="sealedWalletKey.reference",
    )
