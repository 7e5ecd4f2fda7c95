"""Whether the parts that a buy needs answer, one by one."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.parts import Brokers, Feed
from api.submissions.database import transaction
from buyqueue.ending import end_all
from buyqueue.errors import BuyQueueError, Code, Unavailable
from buyqueue.logs import get_logger
from buyqueue.metrics import Metrics
from buyqueue.rpc import RpcError, RpcNode

TIMEOUT_S: Final = 2.0
SHARED_S: Final = 1.0
"""How long, from its beginning, a run is the answer to whoever asks."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    """One part: whether it answers, and why not."""

    name: str
    ok: bool
    why: str | None = None

    def json_object(self) -> dict[str, Any]:
        """Answer `{ok, why?}`."""
        return {"ok": self.ok} | ({"why": self.why} if self.why else {})


class Checks:
    """Asks all parts at once; each has 2 s.

    Anybody may ask, without a credential: so there is one run at a time and at most one a second,
    however many ask.
    """

    def __init__(
        self,
        *,
        brokers: Brokers,
        engine: AsyncEngine,
        nodes: Sequence[RpcNode],
        relay: Feed,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._brokers = brokers
        self._engine = engine
        self._nodes = nodes
        self._relay = relay
        self._timeout_s = timeout_s
        self._last: asyncio.Task[list[Check]] | None = None
        self._began = 0.0

    async def run(self) -> list[Check]:
        """Answer one check a part, of this second. Never raises for a part that is down."""
        now = asyncio.get_running_loop().time()
        if self._last is None or (self._last.done() and now >= self._began + SHARED_S):
            self._last, self._began = asyncio.create_task(self._ask(), name="health"), now
        # Shielded: whoever hangs up takes the answer from nobody else.
        return await asyncio.shield(self._last)

    async def _ask(self) -> list[Check]:
        found = await asyncio.gather(
            self._check("kafka", self._brokers.check()),
            self._check("postgres", self._postgres()),
            self._check("relay", self._follows()),
            self._check("rpc", self._any_node()),
        )
        return list(found)

    async def _check(self, name: str, asked: Awaitable[None]) -> Check:
        try:
            async with asyncio.timeout(self._timeout_s):
                await asked
        except TimeoutError:
            return Check(name, ok=False, why=f"no answer in {self._timeout_s:g} s")
        except BuyQueueError as error:
            return Check(name, ok=False, why=error.text)
        return Check(name, ok=True)

    async def _postgres(self) -> None:
        async with transaction(self._engine, self._timeout_s) as connection:
            await connection.execute(text("SELECT 1"))

    async def _follows(self) -> None:
        if not self._relay.healthy:
            raise Unavailable(Code.INTERNAL_ERROR, "the relay has crashed: restart the process")
        if not self._relay.live:
            raise Unavailable(Code.LOG_UNAVAILABLE, "the relay has not caught up with the log")

    async def _any_node(self) -> None:
        """Return as soon as one node says that it is healthy: a buy needs one to begin with."""
        asked = [asyncio.create_task(_unhealthy(node)) for node in self._nodes]
        whys: list[str] = []
        try:
            for answer in asyncio.as_completed(asked):
                why = await answer
                if why is None:
                    return
                whys.append(why)
        finally:
            await end_all(asked)
        raise Unavailable(Code.RPC_UNAVAILABLE, "; ".join(whys))


class ApiHealth:
    """The api's word on its monitoring port."""

    def __init__(self, checks: Checks, relay: Feed) -> None:
        self._checks = checks
        self._relay = relay

    async def ready(self) -> None:
        """Return if every part answers; raises Unavailable naming those that do not."""
        bad = [f"{one.name}: {one.why}" for one in await self._checks.run() if not one.ok]
        if bad:
            raise Unavailable(Code.INTERNAL_ERROR, "; ".join(bad))

    def refresh(self, metrics: Metrics) -> None:
        """Set the gauges to what is true now."""
        metrics.sockets.set(self._relay.connections)


async def _unhealthy(node: RpcNode) -> str | None:
    """Say why a node is not healthy, None if it is.

    What a provider says may name its customer's plan or key: the log alone has it.
    """
    try:
        await node.call("getHealth")
    except BuyQueueError as error:
        log.warning("health.node_unhealthy", node=node.name, error=error.text[:2_000])
        if isinstance(error, RpcError):
            return f"{node.name} answered getHealth with error {error.number}"
        return error.text
    return None
