"""Sending one webhook all that concerns it, in the order of each partition."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Final

from api.relay.told import Told
from api.webhooks.envelope import body_of, event_id, passed
from api.webhooks.means import Means
from api.webhooks.posting import Attempt
from api.webhooks.retrying import trouble
from api.webhooks.sealing import CannotOpen, good_secrets
from api.webhooks.signing import signed_headers
from api.webhooks.webhook import Webhook
from buyqueue.database import DATABASE_ERRORS
from buyqueue.errors import Retryable
from buyqueue.logs import get_logger
from projections.outage import Backoff

AT_ONCE: Final = 8
"""Deliveries to one webhook at once, each of another partition; one, while it takes nothing."""
LOOK_AGAIN_S: Final = 60.0
"""How often to look although nothing was heard of."""
PATIENCE_S: Final = 30.0
LOOK_S: Final = 0.1
SOON: Final = timedelta(seconds=1)
"""The wait after an attempt that came to nothing through no fault of the receiver's; doubled each
time, up to sixteen times as long."""

log = get_logger(__name__)


class Lost(Exception):
    """The webhook is another replica's now, or its owner has changed it."""


class Sender:
    """Reads from the cursor on and posts; woken by news, and by itself once in a while.

    At least once: the cursor moves after a delivery, so a crash between the two repeats one, and
    a crash between an end's progress and its result both.
    """

    def __init__(self, webhook: Webhook, means: Means, upto: Mapping[int, int]) -> None:
        self.webhook = webhook
        self._means = means
        self._cursors = dict(webhook.cursors)
        self._needed = dict(upto)
        self._news = asyncio.Event()
        self._stopping = asyncio.Event()
        self._failures = webhook.failures
        self._since = webhook.failing_since
        self._again_at = webhook.next_attempt_at
        self._failed = False
        self._busy = 0
        self._stuck: str | None = None
        # For each partition the progress that was taken of an end whose result was not yet.
        self._half: dict[int, str] = {}

    def wake(self, partition: int, cursor: int) -> None:
        """Take notice that something concerns it."""
        self._needed[partition] = max(cursor, self._needed.get(partition, -1))
        self._news.set()

    def stop(self) -> None:
        """Begin nothing more; `run` ends after what is on its way."""
        self._stopping.set()
        self._news.set()

    async def run(self) -> None:
        """Send until it is stopped, or lost, or disabled."""
        backoff = Backoff(self._means.clock)
        with suppress(Lost):
            while not self._stopping.is_set():
                if not await self._is_due():
                    continue
                self._news.clear()
                try:
                    await self._catch_up()
                    backoff.reset()
                except (Retryable, *DATABASE_ERRORS) as error:
                    log.warning("webhook.waiting", webhook=str(self.webhook.id), error=repr(error))
                    await backoff.wait()
                    continue
                if not self._failed:
                    await self._until(self._news, LOOK_AGAIN_S)

    async def _is_due(self) -> bool:
        """Wait for the next attempt's time; False if stopped meanwhile."""
        if self._again_at is not None:
            left = (self._again_at - self._means.clock.now()).total_seconds()
            await self._until(self._stopping, max(0.0, left))
            self._again_at = None
        return not self._stopping.is_set()

    async def _until(self, event: asyncio.Event, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()

    async def _catch_up(self) -> None:
        self._failed = False
        upto = await self._means.projected.past(dict(self._needed))
        chunks = self._means.replay.missed(self.webhook.room, self._cursors, upto, PATIENCE_S)
        async for chunk in chunks:
            await self._send(chunk)
            if self._failed or self._stopping.is_set():
                return
        for partition, cursor in upto.items():
            self._passed(partition, cursor)

    async def _send(self, chunk: list[Told]) -> None:
        """Send a chunk; lanes that have begun a delivery finish it, whatever becomes of others."""
        lanes: defaultdict[int, list[Told]] = defaultdict(list)
        for told in chunk:
            lanes[told.partition].append(told)
        turns = asyncio.Semaphore(1 if self._failures else AT_ONCE)
        # What was not taken goes first: as long as it is not, nothing else is sent.
        in_turn = sorted(
            lanes.values(), key=lambda lane: self._stuck not in [event_id(one) for one in lane[:2]]
        )
        done = await asyncio.gather(
            *(self._lane(lane, turns) for lane in in_turn), return_exceptions=True
        )
        for raised in done:
            if raised is not None:
                raise raised

    async def _lane(self, lane: list[Told], turns: asyncio.Semaphore) -> None:
        for told in lane:
            if self._half.get(told.partition) == event_id(told):
                continue
            async with turns:
                stopping = self._stopping.is_set() and told.partition not in self._half
                if not await self._leased() or self._failed or stopping:
                    return
                try:
                    await self._deliver(told)
                except BaseException:
                    self._failed = True  # the other lanes begin nothing more
                    raise

    async def _leased(self) -> bool:
        """Wait for a lease that outlasts an attempt; False if stopped without one.

        Whoever keeps the leases cancels us where ours is lost.
        """
        means = self._means
        while means.clock.monotonic() + means.terms.timeout_s > means.leased_until():
            if self._stopping.is_set():
                return False
            await means.clock.sleep(LOOK_S)
        return True

    async def _deliver(self, told: Told) -> None:
        means, name = self._means, event_id(told)
        attempt = await self._attempt(name, body_of(told.name, told.payload))
        means.metrics.webhooks.labels(attempt.outcome).observe(attempt.ms / 1000)
        if attempt.outcome != "delivered":
            if not self._failed:
                self._failed = True
                await self._note(attempt, name)
            return
        self._busy = 0
        well = self._stuck in (None, name)
        if well:
            self._failures, self._since, self._stuck = 0, None, None
        partition, cursor = passed(told)
        self._half.pop(partition, None)
        if cursor < told.cursor:
            self._half[partition] = name
        self._passed(partition, cursor)
        cursor = self._cursors[partition]
        if not await means.leases.delivered(self.webhook, partition, cursor, well=well):
            raise Lost

    async def _attempt(self, name: str, body: bytes) -> Attempt:
        means, now = self._means, self._means.clock.now()
        try:
            secrets = good_secrets(self.webhook, means.box, now)
        except CannotOpen:
            return Attempt("unsigned", 0, error="its secret is sealed with another WEBHOOK_SECRET")
        headers = signed_headers(secrets, name, now, body)
        return await means.poster.post(self.webhook.url, headers, body, self.webhook.user_id)

    async def _note(self, attempt: Attempt, name: str) -> None:
        means, error = self._means, attempt.error or attempt.outcome
        now = means.clock.now()
        if attempt.outcome == "busy":
            self._again_at = now + SOON * 2 ** min(self._busy, 4)
            self._busy += 1
            return
        self._stuck, self._busy = name, 0
        found = trouble(
            failures=self._failures,
            since=self._since,
            now=now,
            error=error,
            gone=attempt.outcome == "gone",
            asked_s=attempt.asked_s,
            dice=means.dice(),
            terms=means.terms,
        )
        self._failures, self._since, self._again_at = found.failures, found.since, found.again_at
        log.info(
            "webhook.failed",
            webhook=str(self.webhook.id),
            outcome=attempt.outcome,
            status=attempt.status,
            failures=found.failures,
            disabled=found.disabled is not None,
        )
        if not await means.leases.failed(self.webhook, found, error, now) or found.disabled:
            raise Lost

    def _passed(self, partition: int, cursor: int) -> None:
        self._cursors[partition] = max(cursor, self._cursors.get(partition, -1))
