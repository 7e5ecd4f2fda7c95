"""An automatic priority fee is what the accounts cost, up to what the caller allows."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from buyqueue.clock import SystemClock
from buyqueue.rpc import RpcNode
from streams.chain.nodes import Nodes
from streams.chain.priority import percentile, priority_lamports
from tests.unit.platforms.test_jupiter_offer import order


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], 0), ([7], 7), ([1, 2, 3, 4], 3), ([4, 3, 2, 1], 3), ([0, 0, 0, 9], 0), ([0, 0, 9], 9)],
)
def test_three_quarters_of_the_prices_are_no_higher(values: list[int], expected: int) -> None:
    assert expected == percentile(values, 75)


@dataclass
class Asked(RpcNode):
    """A node that tells its prices, and remembers for which accounts."""

    prices: tuple[int, ...]
    accounts: Any = None
    name = "asked"

    async def call(self, method: str, *params: Any) -> Any:
        assert method == "getRecentPrioritizationFees"
        (self.accounts,) = params
        return [{"slot": n, "prioritizationFee": price} for n, price in enumerate(self.prices)]


async def test_a_fixed_fee_asks_nobody() -> None:
    node = Asked((10**9,))
    nodes = Nodes([node], SystemClock())
    fee = await priority_lamports(nodes, order(), ["pool"], 100_000)
    assert (2_000_000, None) == (fee, node.accounts)


@pytest.mark.parametrize(
    ("price", "fee"), [(0, 0), (15, 2), (10_000_000, 1_000_000), (10**9, 2_000_000)]
)
async def test_an_automatic_fee_is_price_times_units_up_to_the_cap(price: int, fee: int) -> None:
    node = Asked((price,) * 150)
    auto = replace(order(), priority="auto")
    found = await priority_lamports(Nodes([node], SystemClock()), auto, ["pool", "ata"], 100_000)
    assert (fee, ["pool", "ata"]) == (found, node.accounts)
