"""The records of one buy, from the log."""

from uuid import UUID

from buyqueue.log.reader import LogReader
from buyqueue.log.topic import key_of, partition_of
from projections.audit.entry import Entry, Folding


async def entries_of(reader: LogReader, job_id: UUID) -> list[Entry]:
    """Read a buy's records in log order, the ignored and the unreadable ones too.

    Reads its whole partition: the log has no index. Raises Unavailable if Kafka does not answer.
    """
    partitions = await reader.partitions()
    if not partitions:
        return []
    place = [partition_of(job_id, len(partitions))]
    key, folding, found = key_of(job_id), Folding(), []
    async for batch in reader.scan(await reader.starts(place), await reader.ends(place)):
        for partition, records in batch.items():
            found += [folding.entry(partition, raw) for raw in records if raw.key == key]
    return found
