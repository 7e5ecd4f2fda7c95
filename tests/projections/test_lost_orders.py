"""`buyq restore-orders`; what it is for is tested with an api in `tests/api`."""

import pytest

from tests.projections.buys import append_all, whole_buy
from tests.projections.conftest import Ground
from tests.projections.test_replay_commands import buyq

pytestmark = pytest.mark.whole_log


async def test_each_lost_order_is_restored_once(ground: Ground) -> None:
    await append_all(ground.journal, whole_buy("user"))
    first, again = [await buyq(ground, "restore-orders") for _ in range(2)]
    assert (first.exit_code, again.exit_code) == (0, 0), first.output + again.output
    assert " 0 orders restored" not in first.stdout
    assert again.stdout.endswith(" 0 orders restored\n")
