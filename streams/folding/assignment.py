"""Which partitions this worker has, each folded up to the log's end before work begins."""

import asyncio
from collections.abc import Callable, Iterable

from buyqueue.clock import Clock
from buyqueue.ending import end_all
from buyqueue.errors import Unavailable
from buyqueue.log.reader import LogReader
from buyqueue.log.record import Poison, Recorded
from buyqueue.logs import get_logger
from streams.folding.low_water import LowWaterMarks
from streams.folding.partition import Drivers, PartitionFold

log = get_logger(__name__)
RETRY_S = 1.0
BRIDGE_MS = 200


class Assignment:
    """Follows the consumer group: replays what comes, catches up what stays, drops what goes."""

    def __init__(
        self,
        reader: Callable[[], LogReader],
        marks: LowWaterMarks,
        drivers: Drivers,
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._marks = marks
        self._drivers = drivers
        self._clock = clock
        self._replaying: set[asyncio.Task[None]] = set()
        self._decided = asyncio.Event()
        """Set once nobody has to read on beside the group any more."""
        self._at_one = False
        """Whether the group is at one about who has what."""
        self._bridging: asyncio.Task[None] | None = None
        self.folds: dict[int, PartitionFold] = {}
        self.assigned = False

    def change(self, partitions: Iterable[int]) -> None:
        """Take up the partitions that the group gave; answers at once and replays behind.

        Partitions that stay are caught up too: a paused worker may have lost them and got them
        back without noticing, while another one moved their buys on.
        """
        mine = set(partitions)
        self._at_one = True
        for gone in set(self.folds) - mine:
            self.folds.pop(gone).drop()
        kept = {p: self.folds[p] for p in mine if p in self.folds}
        log.info("partitions.assigned", partitions=sorted(mine), kept=sorted(kept))
        new = mine - set(kept)
        for number in new:
            self.folds[number] = PartitionFold(number, 0, self._drivers)
        self.assigned = True
        if mine:
            task = asyncio.create_task(self._replay(new, list(kept.values())), name="replay")
            self._replaying.add(task)
            task.add_done_callback(self._replaying.discard)
        self._end_idle_bridge()

    async def fold(self, record: Recorded | Poison) -> None:
        """Fold a live record, once its partition is replayed; skips what is not ours."""
        fold = self.folds.get(record.partition)
        if fold is None:
            return
        await fold.ready.wait()
        if record.offset > fold.next_offset:
            # Nothing may be skipped: read what lies between, whoever consumed it meanwhile.
            await self._read_to_end([fold])
        fold.apply(record)

    def bridge(self) -> None:
        """Read on beside the group while it decides anew: faust's consumer rests until then.

        The group may take as long as a dead member's session; a worker that cannot read back what
        it appends stands still. Most partitions stay where they are, and what goes to another
        worker is safe with two: the log decides. Nor does it end with the decision, but once the
        new partitions are replayed: the agent waits for those, and replays may wait for Postgres.
        """
        self._end_bridge()
        self._at_one = False
        self._decided = asyncio.Event()
        task = self._bridging = asyncio.create_task(self._bridge(self._decided), name="bridge")
        self._replaying.add(task)
        task.add_done_callback(self._replaying.discard)

    async def save_marks(self) -> None:
        """Record how far back a replay would have to begin now."""
        ready = [fold for fold in self.folds.values() if fold.ready.is_set()]
        await self._marks.save({fold.number: fold.low_water for fold in ready})

    async def stop(self) -> None:
        """Let go of every partition."""
        self._end_bridge()
        await end_all(list(self._replaying))
        for number in list(self.folds):
            self.folds.pop(number).drop()

    def _end_bridge(self) -> None:
        """NB: not by a cancel; aiokafka leaves connections open when it is cancelled."""
        self._decided.set()

    def _end_idle_bridge(self) -> None:
        """End the bridge unless the group decides, or the agent may wait for a replay."""
        if self._at_one and all(fold.ready.is_set() for fold in self.folds.values()):
            self._end_bridge()

    async def _bridge(self, decided: asyncio.Event) -> None:
        """Fold what comes to the partitions that are replayed, until nobody needs it any more."""
        while not decided.is_set():
            # NB: these and no others. A partition that goes and comes back meanwhile has a new fold
            # that must begin at its mark: what is read here would take it past open buys.
            folds = {n: fold for n, fold in self.folds.items() if fold.ready.is_set()}
            if not folds:
                return
            try:
                async with self._reader() as reader:
                    reader.start_at({n: fold.next_offset for n, fold in folds.items()})
                    while not decided.is_set():
                        for record in await reader.read(BRIDGE_MS):
                            fold = folds[record.partition]
                            if self.folds.get(record.partition) is fold:
                                fold.apply(record)
            except Unavailable as error:
                log.warning("bridge.retried", why=error.text)
                await self._clock.sleep(RETRY_S)

    async def _replay(self, new: set[int], kept: list[PartitionFold]) -> None:
        """Replay until it succeeds: a partition that is not replayed cannot be worked on."""
        fresh = [self.folds[number] for number in new if number in self.folds]
        while True:
            try:
                marks = await self._marks.load() if fresh else {}
                for fold in fresh:
                    fold.next_offset = max(fold.next_offset, marks.get(fold.number, 0))
                count = await self._read_to_end([*fresh, *kept])
                break
            except Unavailable as error:
                log.warning("replay.retried", why=error.text)
            except Exception:  # its partitions hold up the agent, and with it all others
                log.exception("replay.crashed")
            await self._clock.sleep(RETRY_S)
        log.info("partitions.replayed", partitions=sorted(f.number for f in fresh), records=count)
        for fold in fresh:
            if self.folds.get(fold.number) is fold:
                fold.open_for_work()
        self._end_idle_bridge()

    async def _bridge_over(self) -> None:
        self._end_bridge()
        if self._bridging:
            await asyncio.wait({self._bridging})

    async def _read_to_end(self, folds: list[PartitionFold]) -> int:
        """Fold everything up to the ends that the partitions have now; answer how many."""
        by_number = {fold.number: fold for fold in folds}
        count = 0
        async with self._reader() as reader:
            # Asked for before the ends: a fold that is at work may pass them at any moment.
            known = {number: fold.next_offset for number, fold in by_number.items()}
            ends = await reader.ends(list(by_number))
            for number, there in ends.items():
                if known[number] > there:
                    # Only a log that was lost is shorter than its mark. Fold what there is.
                    log.error("log.shorter_than_mark", partition=number, end=there)
                    await self._bridge_over()  # it would fold on from behind the end
                    by_number[number].next_offset = 0
            reader.start_at({n: fold.next_offset for n, fold in by_number.items()})
            while any(by_number[n].next_offset < there for n, there in ends.items()):
                for record in await reader.read():
                    by_number[record.partition].apply(record)
                    count += 1
        return count
