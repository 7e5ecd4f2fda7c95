"""The rehearsal itself: this version replaces itself; `just upgrade` takes another one."""

import pytest

from tests.chaos.upgrade import rehearse


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_processes_are_replaced_under_buys_and_nothing_is_lost_or_doubled() -> None:
    verdict = await rehearse(None, 1)
    assert [] == verdict.broken
    assert verdict.bought > verdict.count
