from collections.abc import AsyncIterator

import pytest

from tests.openapi.ground import Ground, served
from tests.stack.servers import Stack


@pytest.fixture(scope="module")
async def ground(stack: Stack) -> AsyncIterator[Ground]:
    """One api for all tests of the document."""
    async with served(stack) as running:
        yield running
