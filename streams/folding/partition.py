"""The fold of one partition: every open buy in it, and how far it was read."""

import asyncio
from typing import Protocol
from uuid import UUID

from buyqueue.buy.state import Absent
from buyqueue.log.record import Poison, Recorded
from buyqueue.logs import get_logger
from streams.folding.live_buy import LiveBuy

log = get_logger(__name__)


class Drivers(Protocol):
    """Who makes open buys move."""

    def start(self, buy: LiveBuy, closed: "PartitionFold") -> None:
        """Drive a buy that has just become known here."""

    def stop(self, buy: LiveBuy) -> None:
        """Let go of a buy: another worker has it now."""


class PartitionFold:
    """Folds records in offset order; knows each open buy and where the oldest one began."""

    def __init__(self, number: int, low_water: int, drivers: Drivers) -> None:
        self.number = number
        self.next_offset = low_water
        """The offset of the next record to fold."""
        self.ready = asyncio.Event()
        """Set once the partition is replayed up to the end that it had on assignment."""
        self.buys: dict[UUID, LiveBuy] = {}
        self._drivers = drivers

    @property
    def low_water(self) -> int:
        """The offset before which every buy of this partition is closed."""
        return min((buy.first_offset for buy in self.buys.values()), default=self.next_offset)

    def apply(self, record: Recorded | Poison) -> None:
        """Fold a record; one that was folded before changes nothing."""
        if record.offset < self.next_offset:
            return
        self.next_offset = record.offset + 1
        if isinstance(record, Poison):
            return
        job_id = record.event.job_id
        buy = self.buys.get(job_id) or LiveBuy(job_id, self.number, record.offset)
        evolution = buy.apply(record)
        if evolution.ignored:
            log.info(
                "event.ignored",
                job_id=str(job_id),
                type=record.event.type,
                offset=record.offset,
                reason=evolution.ignored,
            )
        if job_id not in self.buys and not isinstance(buy.state, Absent):
            self.buys[job_id] = buy
            if self.ready.is_set():
                self._drivers.start(buy, self)

    def open_for_work(self) -> None:
        """Begin to drive what the replay has left open, oldest first."""
        self.ready.set()
        for buy in sorted(self.buys.values(), key=lambda buy: buy.first_offset):
            self._drivers.start(buy, self)

    def close_buy(self, buy: LiveBuy) -> None:
        """Forget a buy for which nothing is left to do."""
        self.buys.pop(buy.job_id, None)

    def drop(self) -> None:
        """Let go of everything: the partition belongs to another worker."""
        self.ready.clear()
        for buy in self.buys.values():
            self._drivers.stop(buy)
        self.buys.clear()
