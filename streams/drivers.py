"""All buys of a worker: one task each, a bounded number at work at once, none left behind."""

import asyncio
from uuid import UUID

from buyqueue.buy.next_step import AwaitSignature, FinalizeBuy
from buyqueue.buy.state import Awaiting, Completed, Failed, Signed, Stopped
from buyqueue.clock import Clock
from buyqueue.ending import end_all
from buyqueue.errors import BuyQueueError
from buyqueue.log.journal import Journal
from buyqueue.logs import get_logger
from buyqueue.metrics import Metrics
from streams.drive import Driver
from streams.folding.live_buy import LiveBuy
from streams.folding.partition import PartitionFold
from streams.retrying import RetryRules
from streams.slots import Slots
from streams.steps.parts import Parts
from streams.vault.vault import Vault

log = get_logger(__name__)
PAUSE_S = 1.0
MAX_PAUSE_S = 30.0


class TaskDrivers:
    """Starts, stops and re-starts the drivers."""

    def __init__(
        self,
        parts: Parts,
        journal: Journal,
        vault: Vault,
        rules: RetryRules,
        max_in_flight: int,
        metrics: Metrics,
    ) -> None:
        self._metrics = metrics
        self._parts = parts
        self._journal = journal
        self._vault = vault
        self._rules = rules
        self._slots = Slots(max_in_flight)
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._working: dict[UUID, Driver] = {}
        self._draining = False

    def start(self, buy: LiveBuy, fold: PartitionFold) -> None:
        """Drive a buy; does nothing if it is being driven."""
        running = self._tasks.get(buy.job_id)
        if self._draining or (running and not running.done()):
            return
        self._tasks[buy.job_id] = asyncio.create_task(
            self._drive(buy, fold), name=f"drive {buy.job_id}"
        )

    def stop(self, buy: LiveBuy) -> None:
        """Let go of a buy. What it was doing is in the log, or has not happened."""
        if task := self._tasks.pop(buy.job_id, None):
            task.cancel()

    def revive(self, folds: list[PartitionFold]) -> None:
        """Start again what has stopped moving, by an accident or in a hung call: the watchdog."""
        for fold in folds:
            for buy in list(fold.buys.values()) if fold.ready.is_set() else ():
                driver = self._working.get(buy.job_id)
                if driver and driver.stalled():
                    log.error("buy.stalled", job_id=str(buy.job_id), step=repr(driver.due()))
                    self.stop(buy)
                self.start(buy, fold)

    def refresh(self, metrics: Metrics) -> None:
        """Set the gauges to what is true now."""
        running = sum(not task.done() for task in self._tasks.values())
        metrics.in_flight.set(len(self._working))
        metrics.waiting.set(max(0, running - len(self._working)))

    async def drain(self) -> None:
        """Begin nothing more, and end what runs: the log holds the state."""
        self._draining = True
        tasks, self._tasks = list(self._tasks.values()), {}
        await end_all(tasks)
        await asyncio.gather(self._vault.end(), self._parts.claims.end())

    async def _drive(self, buy: LiveBuy, fold: PartitionFold) -> None:
        driver = Driver(buy, self._parts, self._journal, self._rules)
        while driver.due() not in (None, FinalizeBuy()):
            if _waits_for_others(driver, buy):
                await self._persist(driver, buy)
            else:
                await self._work(driver, buy)
        await self._forget(buy)
        while driver.due() is not None:
            await self._persist(driver, buy)
        fold.close_buy(buy)
        self._tasks.pop(buy.job_id, None)

    async def _work(self, driver: Driver, buy: LiveBuy) -> None:
        """Take the steps that are work, one after the other, once there is a place for them."""
        hurried = isinstance(buy.state, Awaiting | Signed)
        async with self._slots.taken(hurried=hurried):
            self._working[buy.job_id] = driver
            try:
                while driver.due() not in (None, FinalizeBuy()):
                    if _waits_for_others(driver, buy):
                        return
                    await self._persist(driver, buy)
            finally:
                if self._working.get(buy.job_id) is driver:
                    del self._working[buy.job_id]

    async def _persist(self, driver: Driver, buy: LiveBuy) -> None:
        """Advance once; on anything unforeseen shout, wait, and come back to the log's state."""
        pause = PAUSE_S
        while True:
            began, step, outcome = self._clock.monotonic(), type(driver.due()).__name__, "done"
            try:
                await driver.advance()
            except BuyQueueError as error:
                outcome = "retried"
                log.warning("step.retried", job_id=str(buy.job_id), why=error.text)
            except Exception:
                outcome = "crashed"
                log.exception("step.crashed", job_id=str(buy.job_id))
            else:
                return
            finally:
                took = self._clock.monotonic() - began
                self._metrics.steps.labels(step, outcome).observe(took)
            await self._clock.sleep(pause)
            pause = min(pause * 2, MAX_PAUSE_S)

    async def _forget(self, buy: LiveBuy) -> None:
        """Delete the key of a buy that has ended, before the buy itself is forgotten."""
        if not isinstance(buy.state, Completed | Failed | Stopped):
            return
        log.info("buy.ended", job_id=str(buy.job_id), state=type(buy.state).__name__.lower())
        while True:
            try:
                await self._vault.forget(buy.job_id)
            except BuyQueueError as error:
                log.warning("key.kept", job_id=str(buy.job_id), why=error.text)
            except Exception:  # the key must go, whatever it was
                log.exception("key.kept", job_id=str(buy.job_id))
            else:
                return
            await self._clock.sleep(PAUSE_S)

    @property
    def _clock(self) -> Clock:
        return self._parts.clock


def _waits_for_others(driver: Driver, buy: LiveBuy) -> bool:
    """Tell whether it may take for ever what is due: no other buy waits for a place because of it.

    A person may take their time, and so may a node that is away: without its proof nothing that
    has expired ends.
    """
    undecided = isinstance(buy.state, Signed) and buy.state.undecided
    return undecided or driver.due() == AwaitSignature()
