"""Reading what a test has appended."""

from buyqueue.events.codec import Event
from buyqueue.log.reader import LogReader
from buyqueue.log.record import Recorded


async def events_of(kafka: str, job_id: str) -> list[Event]:
    """All events of a job in log order, by a reader of its own."""
    async with LogReader(kafka, client_id="test/read") as reader:
        partitions = await reader.partitions()
        ends = await reader.ends(partitions)
        reader.start_at(dict.fromkeys(partitions, 0))
        places, found = dict.fromkeys(partitions, 0), list[Event]()
        while any(places[p] < ends[p] for p in partitions):
            for record in await reader.read():
                places[record.partition] = record.offset + 1
                if isinstance(record, Recorded) and str(record.event.job_id) == job_id:
                    found.append(record.event)
        return found
