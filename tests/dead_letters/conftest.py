import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner, Result

from buyq.cli import app
from buyqueue.clock import SystemClock
from buyqueue.log.journal import Cursor, Journal
from buyqueue.log.letters import Letters
from buyqueue.log.provision import ensure_topics
from buyqueue.log.reader import LogReader
from buyqueue.log.record import Poison, Recorded, read_record
from buyqueue.log.topic import TopicLayout
from streams.dead_letters import DeadLetters
from tests.stack.servers import Stack


@dataclass(frozen=True)
class Office:
    """Where letters are buried as a worker does it, and the program that looks at them."""

    kafka: str
    letters: DeadLetters

    async def bury(self, key: bytes | None, value: bytes | None, reason: str | None = None) -> str:
        """Bury a record that was read at 3:7; its place as the program writes it."""
        read = read_record(3, 7, key, value)
        why = reason or (read.reason if isinstance(read, Poison) else "an older version said so")
        await self.letters.bury(Poison(3, 7, key, value, why))
        async with Letters(self.kafka) as letters:
            (newest,) = await letters.newest(1)
        return f"{newest.place.partition}:{newest.place.offset}"

    async def run(self, *argv: str) -> Result:
        """Run `buyq dead-letters …`, as one process would."""
        env = {"KAFKA_BOOTSTRAP_SERVERS": self.kafka, "COLUMNS": "200"}
        command = ["dead-letters", *argv]
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, command, env=env))

    async def log(self) -> dict[Cursor, Recorded | Poison]:
        """All that the log holds."""
        async with LogReader(self.kafka, client_id="test/read") as reader:
            partitions = await reader.partitions()
            ends = await reader.ends(partitions)
            reader.start_at(dict.fromkeys(partitions, 0))
            found: dict[Cursor, Recorded | Poison] = {}
            while len(found) < sum(ends.values()):
                for record in await reader.read():
                    found[Cursor(record.partition, record.offset)] = record
            return found


@pytest.fixture
async def office(stack: Stack) -> AsyncIterator[Office]:
    await ensure_topics(stack.kafka, TopicLayout(partitions=4, replication=1))
    journal = Journal(stack.kafka, client_id="test/bury", timeout_ms=10_000)
    await journal.start()
    yield Office(stack.kafka, DeadLetters(journal, SystemClock(), limit=100, counted=lambda: None))
    await journal.stop()


def newer(value: bytes) -> bytes:
    """The same event as a newer writer has it: with a field that we do not know."""
    return json.dumps(json.loads(value) | {"relayRegion": "fra"}).encode()
