"""Who is sent to by this replica: it keeps the leases, and a sender for each."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol
from uuid import UUID

from api.relay.told import Change
from api.webhooks.means import Means
from api.webhooks.sender import Sender
from api.webhooks.webhook import Webhook
from buyqueue.database import DATABASE_ERRORS
from buyqueue.ending import end, end_all
from buyqueue.errors import Retryable
from buyqueue.logs import get_logger

log = get_logger(__name__)


class Positions(Protocol):
    """What is known of the live log: the relay."""

    @property
    def positions(self) -> Mapping[int, int]:
        """For each partition the offset of the next event."""


class LeaseTime:
    """Until when, by the monotonic clock, the leases are ours."""

    until = float("-inf")

    def __call__(self) -> float:
        """Answer it."""
        return self.until


class Sending:
    """Starts and stops senders as webhooks come, change and go. Start and stop it with the app."""

    def __init__(
        self,
        *,
        means: Means,
        lease_time: LeaseTime,
        relay: Positions,
    ) -> None:
        self._means = means
        self._leases = means.leases
        self._lease_s = means.terms.lease_s
        self._lease_time = lease_time
        self._relay = relay
        self._clock = means.clock
        self._running: dict[UUID, tuple[Sender, asyncio.Task[None]]] = {}
        self._by_user: defaultdict[str | None, dict[UUID, Sender]] = defaultdict(dict)
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def saw(self, change: Change) -> None:
        """Wake those whom an event of the log concerns."""
        place = change.recorded.partition, change.recorded.offset
        for user in (change.after.course.order.user_id, None):
            for sender in self._by_user.get(user, {}).values():
                sender.wake(*place)

    def look(self) -> None:
        """Look now: a webhook is new, or has changed. Other replicas look soon by themselves."""
        self._changed.set()

    def start(self) -> None:
        """Begin to keep leases and send."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop after the deliveries that are on their way, and give the webhooks back."""
        if self._task is not None:
            await end(self._task)
        for sender, _ in self._running.values():
            sender.stop()
        tasks = [task for _, task in self._running.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=self._means.terms.timeout_s)
        await end_all(tasks)
        with suppress(Retryable, *DATABASE_ERRORS):
            await self._leases.release()

    async def _run(self) -> None:
        while True:
            self._changed.clear()
            try:
                asked = self._clock.monotonic()
                held = await self._leases.renew()
                self._lease_time.until = asked + self._lease_s
                self._adjust({webhook.id: webhook for webhook in held})
            except (Retryable, *DATABASE_ERRORS) as error:
                log.warning("webhooks.waiting", error=repr(error))
            except Exception:
                log.critical("webhooks.crashed", exc_info=True)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._lease_s / 6):
                    await self._changed.wait()

    def _adjust(self, held: Mapping[UUID, Webhook]) -> None:
        for webhook_id, (sender, task) in list(self._running.items()):
            if task.done():
                self._forget(webhook_id, sender, task)
            elif webhook_id not in held:
                task.cancel()  # deleted, disabled, or another replica's
            elif held[webhook_id].revision != sender.webhook.revision:
                sender.stop()
        for webhook_id, webhook in held.items():
            if webhook_id not in self._running:
                self._begin(webhook)

    def _begin(self, webhook: Webhook) -> None:
        told = {partition: offset - 1 for partition, offset in self._relay.positions.items()}
        sender = Sender(webhook, self._means, told)
        task = asyncio.create_task(sender.run())
        task.add_done_callback(self._ended)
        self._running[webhook.id] = sender, task
        self._by_user[webhook.user_id][webhook.id] = sender

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is None:
            self._changed.set()  # it has changed: begin anew; after a bug, not at once

    def _forget(self, webhook_id: UUID, sender: Sender, task: asyncio.Task[None]) -> None:
        del self._running[webhook_id]
        of_user = self._by_user[sender.webhook.user_id]
        del of_user[webhook_id]
        if not of_user:
            del self._by_user[sender.webhook.user_id]
        if not task.cancelled() and (raised := task.exception()) is not None:
            log.error("webhook.crashed", webhook=str(webhook_id), exc_info=raised)
