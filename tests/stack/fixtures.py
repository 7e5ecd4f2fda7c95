"""The `stack` fixture, as a pytest plugin: `pytest_plugins = ["tests.stack.fixtures"]`."""

import os
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.stack.choice import FORCED
from tests.stack.servers import Stack
from tests.stack.start import running_stack

USED: pytest.StashKey[str] = pytest.StashKey()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(request: pytest.FixtureRequest) -> AsyncIterator[Stack]:
    """Kafka and Postgres for the whole session, started when the first test asks."""
    began = time.monotonic()
    async with running_stack(os.environ) as running:
        took = time.monotonic() - began
        note = f" ({running.servers.note})" if running.servers.note else ""
        used = f"{running.kind}{note}: Kafka at {running.kafka}, up in {took:.1f} s"
        request.config.stash[USED] = used
        yield running


def pytest_report_header() -> str:
    """Say in the header how the stack is chosen."""
    return f"stack: {os.environ.get(FORCED) or 'env, else testcontainers, else embedded'}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end which stack the tests ran on."""
    used = terminalreporter.config.stash.get(USED, None)
    if used is not None:
        terminalreporter.section("stack")
        terminalreporter.write_line(used)
