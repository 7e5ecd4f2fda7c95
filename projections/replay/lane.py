"""One fold of a replay: partitions one after the other, from their beginnings, into copied rows."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Self
from uuid import UUID

from buyqueue.buy.state import State
from buyqueue.log.record import Recorded
from projections.copying import copy_text
from projections.fold import Changes, Wire, fold_batch, is_open, read_wire
from projections.rows import Row, later

Raw = tuple[int, bytes | None, bytes | None]
"""Offset, key and value of a record."""


class Buys(NamedTuple):
    """Rows of buys, and the names of their columns."""

    columns: tuple[str, ...]
    rows: bytes

    @classmethod
    def of(cls, rows: list[Row]) -> Self:
        """Write rows. `buy_row` makes all of them with their columns in one order."""
        return cls(tuple(rows[0]) if rows else (), copy_text(row.values() for row in rows))


class Copied(NamedTuple):
    """Some records folded: how many, and the rows to add to each table."""

    records: int
    events: bytes
    poison: bytes
    buys: Buys


class Lane:
    """Folds as the projector does. A buy that can still change is kept in memory until the end."""

    def __init__(self) -> None:
        self.states: dict[UUID, State] = {}
        self._rows: dict[UUID, Row] = {}

    def fold(self, partition: int, raws: Iterable[Raw]) -> Copied:
        """Fold the next records of a partition."""
        return self.fold_wires([read_wire(partition, *raw) for raw in raws])

    def fold_wires(self, wires: list[Wire]) -> Copied:
        """Fold records that are read already."""
        changes = Changes()
        fold_batch(self.states, wires, changes)
        over: list[Row] = []
        for job, row in changes.buys.items():
            whole = later(self._rows.pop(job, None), row)
            if is_open(self.states[job]):
                self._rows[job] = whole
            else:
                over.append(whole)
        return Copied(
            len(wires),
            copy_text(changes.events),
            copy_text(changes.poison),
            Buys.of(over),
        )

    def forget(self) -> None:
        """Drop the states of buys that are over: their partition is read to its end."""
        self.states = {job: state for job, state in self.states.items() if is_open(state)}

    def unknown(self, wires: list[Wire]) -> set[UUID]:
        """Answer the buys of these records whose states are not in memory."""
        jobs = {w.record.event.job_id for w in wires if isinstance(w.record, Recorded)}
        return jobs - self.states.keys()

    def open_buys(self) -> tuple[Mapping[UUID, State], Mapping[UUID, Row]]:
        """Answer the states and the rows that are kept in memory."""
        return self.states, self._rows

    def take_over(self, states: Mapping[UUID, State], rows: Mapping[UUID, Row]) -> None:
        """Go on with what another one kept."""
        self.states |= states
        self._rows |= rows

    def flush(self) -> Buys:
        """Answer the rows of the buys that are still open, and forget them."""
        rows, self._rows = self._rows, {}
        return Buys.of(list(rows.values()))
