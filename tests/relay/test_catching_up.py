"""Many clients that come back at the same time."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence

from api.relay.catching_up import CatchingUp, Found
from api.relay.relay import Relay, create_socket_server
from api.relay.replay import Replay
from api.relay.rooms import UserRoom
from buyqueue.settings import Settings
from projections.queries import Queries
from projections.views import Entry, Missed
from tests.projections.buys import CLOCK, append_all, whole_buy
from tests.projections.conftest import PARTITIONS, Ground
from tests.projections.running import projecting
from tests.relay.serving import Heard, told_by_log


class Counted(Queries):
    """The real queries, and how often users' events were asked for."""

    asked = 0

    async def events_of_users(
        self, missed: Sequence[Missed], *, limit: int | None = None
    ) -> list[tuple[int, Entry]]:
        self.asked += 1
        return await super().events_of_users(missed, limit=limit)


async def test_many_share_few_questions_and_each_gets_all(ground: Ground) -> None:
    """Sixty clients of four users, one of whom missed more than a chunk: none waits for all."""
    users = [f"user-{CLOCK.new_id()}" for _ in range(4)]
    buys = [1, 2, 3, 120]
    for user, count in zip(users, buys, strict=True):
        await append_all(ground.journal, [e for _ in range(count) for e in whole_buy(user)])
    queries = Counted(ground.engine)
    replay = Replay(queries, CLOCK)
    expected = {user: await told_by_log(ground.kafka, user, ground.begins) for user in users}
    upto = dict.fromkeys(range(PARTITIONS), 1_000_000)
    async with projecting(ground):
        last: Counter[int] = Counter()
        for partition, told in (part for parts in expected.values() for part in parts.items()):
            last[partition] = max(last[partition], *(cursor for _, _, cursor in told))
        await replay.reaches(last)
        found = await asyncio.gather(
            *(missed(replay, users[number % 4], upto) for number in range(60))
        )
    for number, heard in enumerate(found):
        assert expected[users[number % 4]] == heard
    rows = 15 * sum(len(told) for user in users for told in expected[user].values())
    # Each question brings up to a thousand events; one by one it would be 60 and more.
    assert queries.asked < min(60, 4 + 2 * rows / 1_000)


class Together(Queries):
    """Answers nothing, and two questions in one breath, as a loaded machine does."""

    def __init__(self) -> None:
        self.both = asyncio.Event()
        self.asked = 0

    async def events_of_users(
        self,
        missed: Sequence[Missed],  # noqa: ARG002
        *,
        limit: int | None = None,  # noqa: ARG002
    ) -> list[tuple[int, Entry]]:
        self.asked += 1
        if self.asked == 2:
            asyncio.get_running_loop().call_soon(self.both.set)
        await self.both.wait()
        return []


async def test_who_asks_again_the_moment_all_were_served_is_served_too() -> None:
    """Those at work have just stopped looking: somebody new must."""
    queries = Together()
    catching_up = CatchingUp(queries)

    async def times(number: int, user: str) -> list[Found]:
        return [await catching_up.next(Missed(user, {}, {0: 9})) for _ in range(number)]

    clients = []
    for number in (2, 1):
        clients.append(asyncio.create_task(times(number, f"user-{number}")))
        while queries.asked < len(clients):
            await asyncio.sleep(0)
    async with asyncio.timeout(20):
        nothing = Found([], {}, whole=True)
        assert [[nothing] * 2, [nothing]] == await asyncio.gather(*clients)


async def missed(replay: Replay, user: str, upto: dict[int, int]) -> dict[int, list[Heard]]:
    heard: defaultdict[int, list[Heard]] = defaultdict(list)
    async for chunk in replay.missed(UserRoom(user), {}, upto, 60):
        for told in chunk:
            heard[told.partition].append((told.name, told.partition, told.payload["cursor"]))
    return dict(heard)


async def test_a_connection_at_its_end_is_told_so(ground: Ground) -> None:
    """Who asks while it is being disconnected is answered like any refusal, never with nothing."""
    sio = create_socket_server(Settings(_env_file=None))
    Relay(sio, bootstrap_servers=ground.kafka, engine=ground.engine, clock=CLOCK)
    for name in ("join_room", "leave_room"):
        answer = await sio.handlers["/"][name]("gone", "user-1")
        assert (False, "log_unavailable", True) == (
            answer["success"],
            answer["code"],
            answer["retryable"],
        )
