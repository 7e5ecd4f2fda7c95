"""The rehearsal itself, with this checkout as the other version; `just upgrade` takes another."""

from pathlib import Path

import pytest

from tests.chaos.upgrade import rehearse

HERE = Path(__file__).parents[2]


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.skipif(
    not (HERE / ".venv" / "bin" / "python").exists(), reason="needs a checkout with `uv sync` done"
)
async def test_processes_are_replaced_under_buys_and_nothing_is_lost_or_doubled() -> None:
    verdict = await rehearse(HERE, 1)
    assert [] == verdict.broken
    assert verdict.bought > verdict.count
