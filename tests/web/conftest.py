import pytest

from tests.e2e.conftest import client, service
from tests.web.browser import package

__all__ = ["client", "service"]


@pytest.fixture(scope="session", autouse=True)
async def installed() -> None:
    """The packages of web/ are there, or every test here is skipped with the reason."""
    await package()
