"""Faults, each as one strike that can be repeated."""

from collections.abc import Mapping
from typing import Final

from tests.chaos.scenarios import chain, clock, kills, processes, servers
from tests.chaos.stage import Scenario

SCENARIOS: Final[Mapping[str, tuple[Scenario, int]]] = {
    "points": (processes.POINTS, 20 * 18),
    "loop": (processes.LOOP, 12),
    "kills": (kills.KILLS, 500),
    "pauses": (processes.PAUSES, 50),
    "rebalances": (processes.REBALANCES, 60),
    "kafka": (servers.KAFKA, 40),
    "brokers": (servers.BROKERS, 30),
    "postgres": (servers.POSTGRES, 40),
    "rpc": (chain.RPC, 160),
    "two-nodes": (chain.TWO_NODES, 80),
    "clock": (clock.CLOCK, 120),
}
"""Each scenario by its name, with how often it strikes at full size."""
