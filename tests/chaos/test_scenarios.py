"""Short forms of the scenarios; `just chaos` plays them at full size."""

from typing import Any

import pytest

from tests.chaos.scenarios import SCENARIOS, chain, clock
from tests.chaos.site import TRACES, a_site
from tests.chaos.stage import QUICK, Scenario, play, played, staged
from tests.chaos.takeover import take_over
from tests.stack.servers import Stack
from tests.tracing.receiver import decoded

TAKEN_OVER_WITHIN_MS = 15_000
"""6 s until Kafka notices, then a rebalance and a replay; the rest is for slow machines."""


@pytest.mark.parametrize(
    ("scenario", "count"),
    [
        pytest.param(chain.RPC, 2, id="rpc"),
        pytest.param(chain.TWO_NODES, 3, id="two nodes", marks=pytest.mark.long),
        pytest.param(clock.CLOCK, 3, id="clock", marks=pytest.mark.long),
    ],
)
async def test_buys_that_meet_a_fault_end_once_and_as_recorded(
    stack: Stack, scenario: Scenario, count: int
) -> None:
    told: dict[str, Any] = {**QUICK, **scenario.told}
    database_url = await stack.fresh_database()
    async with (
        a_site(stack.kafka, database_url, slot_ms=scenario.slot_ms, traced=True, **told) as site,
        staged(site, seed=1) as stage,
    ):
        verdict = await played(scenario, stage, count)
        # The search for keys reads the folder, and so all that was exported.
        assert "LandBuy" in {s.name for s in decoded((site.folder / TRACES).read_bytes())}
    assert [] == verdict.broken
    assert verdict.buys > count


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_few_faults_of_each_kind_double_and_lose_nothing(name: str) -> None:
    verdict = await play(SCENARIOS[name][0], 4)
    assert [] == verdict.broken


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_a_dead_workers_buys_go_on_within_seconds() -> None:
    verdict = await take_over(2)
    assert [] == verdict.broken
    assert verdict.held_up_ms
    assert max(verdict.held_up_ms) <= TAKEN_OVER_WITHIN_MS
