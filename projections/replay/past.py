"""The buys as they stood at a time, from the log."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from buyqueue.log.reader import LogReader
from projections.audit.entry import Chains, Folding, recorded_at
from projections.audit.table import Ending, row, settle


async def buys_at(reader: LogReader, until: datetime) -> AsyncIterator[tuple[str, ...]]:
    """Answer each buy's row, by partition and first record, as of all that the log took before.

    Rows are those of an export's table. Raises Unavailable if Kafka does not answer.
    """
    partitions = await reader.partitions()
    starts, ends = await reader.starts(partitions), await reader.ends(partitions)
    for number in partitions:
        folding, chains = Folding(), Chains()
        endings: dict[UUID, Ending] = {}
        counts: dict[UUID, int] = {}
        async for batch in reader.scan({number: starts[number]}, {number: ends[number]}):
            records = [raw for raw in batch[number] if recorded_at(raw) < until]
            for raw in records:
                entry = folding.entry(number, raw)
                chains.line(entry)
                settle(endings, entry)
                if entry.event:
                    counts[entry.event.job_id] = counts.get(entry.event.job_id, 0) + 1
            if len(records) < len(batch[number]):
                break
        for job, count in counts.items():
            yield row(job, folding.states[job], endings.get(job), count, chains.heads[job])
