"""The stack starts, and Prometheus sees all of it."""

import asyncio
import json
from typing import Any

from tests.compose.live.buyers import Buyers
from tests.compose.live.stack import LiveStack, services, until
from tests.compose.test_files import COMPOSE, alerts

RARE = ('{outcome="failed"}', '{outcome!="ok"}')
"""What only failures show, of buys and of calls."""
JOBS = {"api": 2, "worker": 2, "projector": 1}


async def asked(buyers: Buyers, path: str, **query: str) -> Any:
    """Ask Prometheus; answer its data."""
    url = f"http://127.0.0.1:{buyers.stack.prometheus_port}/api/v1/{path}"
    async with buyers.session.get(url, params=query) as answer:
        told = await answer.json()
    assert "success" == told["status"], told
    return told["data"]


async def test_everything_becomes_healthy(stack: LiveStack) -> None:
    states = await asyncio.to_thread(stack.states)
    unchecked = {"chain": "running", "door": "running", "migrate": "exited 0"}
    assert {name: unchecked.get(name, "healthy") for name in services()} == states


async def test_prometheus_scrapes_every_process_and_has_the_rules(buyers: Buyers) -> None:
    async def all_up() -> bool | None:
        found = (await asked(buyers, "targets"))["activeTargets"]
        up = [one["labels"]["job"] for one in found if one["health"] == "up"]
        return True if {job: up.count(job) for job in up} == JOBS else None

    await until("every target up", all_up)
    (group,) = (await asked(buyers, "rules"))["groups"]
    loaded = [(rule["name"], rule["health"]) for rule in group["rules"]]
    assert {rule["alert"] for rule in alerts()} == {name for name, _ in loaded}

    async def evaluated() -> bool | None:
        (group,) = (await asked(buyers, "rules"))["groups"]
        return True if {rule["health"] for rule in group["rules"]} == {"ok"} else None

    await until("every rule evaluated", evaluated)


async def test_the_dashboard_has_answers_after_a_buy(buyers: Buyers) -> None:
    """To all its questions but those of failures, of which there were none here."""
    await buyers.bought()
    dashboard = json.loads((COMPOSE / "grafana" / "dashboards" / "buys.json").read_text())
    questions = [one["expr"] for panel in dashboard["panels"] for one in panel["targets"]]
    assert len(questions) > 10

    async def unexpected() -> list[str]:
        return [
            question
            for question in questions
            if not any(one in question for one in RARE)
            if not (await asked(buyers, "query", query=question))["result"]
        ]

    async def answered() -> bool | None:
        return True if await unexpected() == [] else None

    # A rate needs two scrapes after the first sample.
    await until(f"the answers of {len(questions)} questions", answered)
