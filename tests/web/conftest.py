import os
from pathlib import Path

import pytest

from tests.e2e.conftest import client, service
from tests.web.browser import package

__all__ = ["client", "service"]

KEPT = "BUYQ_SCREENSHOTS"
"""A folder to keep the screenshots in."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = Path(os.environ.get(KEPT) or tmp_path)
    found.mkdir(parents=True, exist_ok=True)
    return found


@pytest.fixture(scope="session", autouse=True)
async def installed() -> None:
    """The packages of web/ are there, or every test here is skipped with the reason."""
    await package()
