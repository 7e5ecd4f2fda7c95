"""Schemathesis finds nothing that the document does not say."""

import re
from pathlib import Path

import pytest

from tests.openapi.ground import Ground
from tests.openapi.schemathesis_run import run
from tests.openapi.test_guarded import admin, guarded

__all__ = ["admin", "guarded"]


async def test_an_open_api_is_as_described(ground: Ground, tmp_path: Path) -> None:
    code, written = await run(ground, tmp_path, 3)
    assert 0 == code, written
    generated = re.search(r"(\d+) generated", written)
    assert generated
    assert int(generated[1]) > 100


async def test_a_guarded_api_asks_everybody(admin: Ground, tmp_path: Path) -> None:
    key = admin.session.headers["X-Api-Key"]
    code, written = await run(
        admin, tmp_path, 1, "--header", f"X-Api-Key: {key}", phases="examples,coverage"
    )
    assert 0 == code, written


@pytest.mark.long
@pytest.mark.timeout(1_800)
async def test_at_full_size(ground: Ground, tmp_path: Path) -> None:
    code, written = await run(ground, tmp_path, 200)
    assert 0 == code, written
