import os
from pathlib import Path

import pytest

from tests.e2e.conftest import client, service
from tests.npm import run
from tests.web.browser import WEB, package

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


@pytest.fixture(scope="session")
async def built(installed: None) -> None:
    """What an installed package holds is in web/dist."""
    code, written = await run("npm", "run", "build", cwd=WEB, within_s=60)
    assert 0 == code, written
