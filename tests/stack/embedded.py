"""The embedded servers, in a directory of their own for one session."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sandbox.kafka.config import Ports
from sandbox.kafka.embedded import EmbeddedKafka
from sandbox.postgres.embedded import EmbeddedPostgres
from sandbox.processes.crew import Crew
from sandbox.state.ports import free_port
from tests.stack.servers import Servers


@contextmanager
def scratch() -> Iterator[Path]:
    """Make a directory for a moment that the account Postgres runs as can pass.

    NB: pytest's own tmp_path is closed to everyone but the user.
    """
    folder = Path(tempfile.mkdtemp(prefix="buyq-test-"))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@asynccontextmanager
async def embedded() -> AsyncIterator[Servers]:
    """Run both as children; the first run on a machine downloads Kafka."""
    with scratch() as folder:
        kafka = EmbeddedKafka(folder / "kafka", Ports(free_port(), free_port()))
        postgres = EmbeddedPostgres(folder / "postgres", free_port())
        async with Crew() as crew:
            await crew.add(kafka, postgres)
            yield Servers("embedded", kafka.bootstrap_servers, postgres.url)
