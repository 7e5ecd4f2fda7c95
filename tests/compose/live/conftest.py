"""One running stack for all tests of this folder; each leaves it whole."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from tests.compose.live.buyers import Buyers
from tests.compose.live.engine import need
from tests.compose.live.stack import LiveStack, images, live

SECONDS_OF_A_TEST = 1800


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here starts the stack, or waits for what has just been taken from it."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.long)
            item.add_marker(pytest.mark.timeout(SECONDS_OF_A_TEST))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveStack]:
    """Run `compose/compose.yaml`; skipped, with the reason, where it cannot be had."""
    need(images())
    folder = tmp_path_factory.mktemp("secrets")
    for above in (folder, *folder.parents[:2]):
        # The engine may run as another account.
        above.chmod(0o755)
    async with live(folder) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def buyers(stack: LiveStack) -> AsyncIterator[Buyers]:
    """Everybody who buys, with a key that `buyq keys create` made."""
    said = await stack.compose("exec", "-T", "api-1", "buyq", "keys", "create", "live")
    key = said.strip().splitlines()[-1]
    async with aiohttp.ClientSession() as session:
        buyers = Buyers(session, stack, key)
        await buyers.prepare()
        yield buyers


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Note a figure; `just compose` shows it at the end."""
    return lambda text: request.node.add_report_section("call", "measured", text)
