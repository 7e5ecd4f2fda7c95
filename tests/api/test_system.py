"""Health tells the truth, and bugs tell nothing."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from structlog.testing import capture_logs

from api.parts import Parts
from buyqueue.log.reader import LogReader
from sandbox.solana.faults import Fault
from sandbox.solana.node import LocalNode
from tests.api.quiet_relay import QuietRelay
from tests.api.running import Api, served
from tests.controls.start_requests import example


class Broken:
    """A part with a bug."""

    async def job(self, _job_id: UUID) -> None:
        raise RuntimeError("a secret of ours")


async def test_live(api: Api) -> None:
    assert (await api.call("GET", "/health/live")).body == {"success": True, "status": "live"}


async def test_ready_names_each_part(parts: Parts, reader: LogReader) -> None:
    async with served(parts, reader) as api:
        answer = await api.call("GET", "/health/ready")
        assert (answer.status, answer.body["status"]) == (200, "ready")
        names = ("kafka", "postgres", "relay", "rpc")
        assert answer.body["checks"] == {name: {"ok": True} for name in names}
        general = await api.call("GET", "/api/cto/health")
        assert (general.status, general.body["status"]) == (200, "ok")


async def test_not_ready_says_why(parts: Parts, reader: LogReader, solana: LocalNode) -> None:
    number = solana.faults.add(Fault("rpc", method="getHealth", message="key 0123 is over plan"))
    try:
        with capture_logs() as told:
            async with served(replace(parts, relay=QuietRelay(healthy=False)), reader) as api:
                answer = await api.call("GET", "/health/ready")
    finally:
        solana.faults.remove(number)
    assert (answer.status, answer.body["success"]) == (503, False)
    checks = answer.body["checks"]
    assert [checks[name]["ok"] for name in ("kafka", "postgres", "relay", "rpc")] == [
        True,
        True,
        False,
        False,
    ]
    assert "answered getHealth with error -32000" in checks["rpc"]["why"]
    assert parts.nodes[0].name in checks["rpc"]["why"]
    assert "key 0123" not in answer.text
    (line,) = [line for line in told if line["event"] == "health.node_unhealthy"]
    assert line["error"] == "getHealth: key 0123 is over plan (-32000)"
    assert "crashed" in checks["relay"]["why"]


async def test_a_relay_that_has_not_caught_up_is_not_ready(parts: Parts, reader: LogReader) -> None:
    async with served(replace(parts, relay=QuietRelay(live=False)), reader) as api:
        answer = await api.call("GET", "/health/ready")
    assert answer.status == 503
    assert "not caught up" in answer.body["checks"]["relay"]["why"]


async def test_debug_routes_are_there_only_when_switched_on(
    parts: Parts, reader: LogReader
) -> None:
    path = "/api/cto/debug/connections"
    relay = QuietRelay(connections=3, open_buys=2, positions={1: 7, 0: 5})
    async with served(replace(parts, relay=relay), reader) as api:
        assert (await api.call("GET", path)).status == 404
    settings = parts.settings.model_copy(update={"debug_routes": True})
    async with served(replace(parts, relay=relay, settings=settings), reader) as api:
        answer = await api.call("GET", path)
        assert (answer.status, answer.body["data"]) == (
            200,
            {"connections": 3, "openBuys": 2, "positions": {"0": 5, "1": 7}},
        )


async def test_a_bug_is_a_500_without_its_inside(parts: Parts, reader: LogReader) -> None:
    job = "/api/external-buy/job/0190b6d0-0000-7000-8000-000000000001/status"
    broken: Any = Broken()
    async with served(replace(parts, queries=broken), reader) as api:
        answer = await api.call("GET", job)
        assert (answer.status, answer.body["code"]) == (500, "internal_error")
        assert "a secret of ours" not in answer.text
    settings = parts.settings.model_copy(update={"debug_routes": True})
    async with served(replace(parts, queries=broken, settings=settings), reader) as api:
        assert "a secret of ours" in (await api.call("GET", job)).body["details"]


async def test_the_root_points_to_the_routes(api: Api) -> None:
    answer = await api.call("GET", "/")
    assert answer.body["routes"]["start"] == "POST /api/external-buy/start"
    assert (await api.start(example())).status == 202
