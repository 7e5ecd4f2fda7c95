"""Health asks nobody who they are, so however many ask cost no more than one a second."""

import asyncio
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from api.parts import Parts
from buyqueue.log.reader import LogReader
from buyqueue.rpc import RpcNode
from sandbox.solana.faults import Fault
from sandbox.solana.node import LocalNode
from tests.api.running import Api, served


class Counted(RpcNode):
    """Counts its calls."""

    calls = 0

    async def call(self, method: str, *params: Any) -> Any:
        self.calls += 1
        return await super().call(method, *params)


class CountedBrokers:
    """Brokers that count how often they are asked."""

    calls = 0

    async def reachable(self, _job_id: object) -> bool:
        return True

    async def check(self) -> None:
        self.calls += 1


@pytest.fixture
async def nodes(solana: LocalNode) -> Any:
    async with aiohttp.ClientSession() as session:
        yield [Counted(session, solana.url, 10_000) for _ in range(2)]


async def ready(api: Api) -> int:
    async with api.session.get(f"{api.url}/health/ready") as answer:
        return answer.status


async def test_many_at_once_and_many_after_another_are_two_runs_at_most(
    parts: Parts, reader: LogReader, nodes: list[Counted]
) -> None:
    brokers = CountedBrokers()
    async with served(replace(parts, nodes=nodes, brokers=brokers), reader) as api:
        async with asyncio.timeout(1.9):
            assert {200} == set(await asyncio.gather(*(ready(api) for _ in range(50))))
            assert {200} == {await ready(api) for _ in range(50)}
    assert {1, 2} >= {brokers.calls, *(node.calls for node in nodes)}


async def test_a_failure_is_noticed_within_two_seconds(
    parts: Parts, reader: LogReader, solana: LocalNode
) -> None:
    async with served(parts, reader) as api:
        assert await ready(api) == 200
        number = solana.faults.add(Fault("rpc", method="getHealth"))
        try:
            async with asyncio.timeout(2):
                while await ready(api) == 200:
                    await asyncio.sleep(0.05)
        finally:
            solana.faults.remove(number)
        async with asyncio.timeout(2):
            while await ready(api) != 200:
                await asyncio.sleep(0.05)


async def test_one_that_hangs_up_takes_the_answer_from_nobody_else(
    parts: Parts, reader: LogReader, nodes: list[Counted], solana: LocalNode
) -> None:
    number = solana.faults.add(Fault("latency", method="getHealth", ms=300))
    try:
        async with served(replace(parts, nodes=nodes), reader) as api:
            first = asyncio.create_task(ready(api))
            await asyncio.sleep(0.1)
            second = asyncio.create_task(ready(api))
            await asyncio.sleep(0.05)
            first.cancel()
            assert await second == 200
    finally:
        solana.faults.remove(number)
    assert nodes[0].calls == 1


async def test_a_node_that_hangs_beside_a_healthy_one_harms_nobody(
    parts: Parts, reader: LogReader, nodes: list[Counted], solana: LocalNode
) -> None:
    number = solana.faults.add(Fault("hang", method="getHealth", times=1))
    try:
        async with served(replace(parts, nodes=nodes), reader) as api:
            assert await ready(api) == 200
    finally:
        solana.faults.remove(number)
