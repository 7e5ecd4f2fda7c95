"""Backup and restore as docs/operations/deploy.md says: dump Postgres, lose it, and go on."""

import time
from collections.abc import Callable

from tests.compose.live.buyers import Buyers
from tests.compose.live.stack import LiveStack

OURS = ("api-1", "api-2", "worker-1", "worker-2", "projector")
WORKERS = ("worker-1", "worker-2")
OPEN = 3


async def query(stack: LiveStack, sql: str) -> str:
    """Ask Postgres."""
    words = ("psql", "-U", "postgres", "-d", "buyq", "-Atc", sql)
    return (await stack.compose("exec", "-T", "postgres", *words)).strip()


async def lost_and_restored(stack: LiveStack, dump: bytes) -> None:
    """Lose Postgres with all that it had, and restore a dump to an empty one."""
    await stack.compose("stop", *OURS)
    await stack.compose("rm", "-s", "-f", "-v", "postgres")
    await stack.remove_volume("postgres")
    await stack.compose("up", "-d", "postgres")
    await stack.until_well("postgres")
    words = ("psql", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "buyq")
    await stack.compose("exec", "-T", "postgres", *words, given=dump)


async def test_what_a_dump_holds_is_bought_once_after_a_restore(
    stack: LiveStack, buyers: Buyers, measured: Callable[[str], None]
) -> None:
    """Open buys of before the dump, ended ones of after it, keys, and who may ask."""
    ended = await buyers.bought()
    await stack.compose("stop", *WORKERS)
    waiting = [await buyers.insist(await buyers.purchase()) for _ in range(OPEN)]
    tickets = await query(stack, "SELECT count(*) FROM vault")
    assert OPEN == int(tickets)
    began = time.monotonic()
    words = ("pg_dump", "-U", "postgres", "--no-owner", "buyq")
    dump = (await stack.compose("exec", "-T", "postgres", *words)).encode()
    dumped = time.monotonic() - began
    # One that the dump saw open ends before Postgres is lost: the log alone knows.
    await stack.start(*WORKERS)
    await buyers.completed(waiting[0])
    await stack.compose("stop", *WORKERS)
    began = time.monotonic()
    await lost_and_restored(stack, dump)
    await stack.start("projector", "api-1", "api-2")
    said = await stack.compose("run", "--rm", "-T", "migrate", "buyq", "rebuild")
    await stack.start(*WORKERS)
    took = time.monotonic() - began
    await buyers.completed(ended, *waiting)
    checked = await stack.compose("run", "--rm", "-T", "migrate", "buyq", "rebuild", "--check")
    assert "0 tables differ" in checked
    for one in (ended, *waiting):
        job_id = one.job_id
        assert job_id == (await buyers.submit(one)).job_id
        assert 1 == await buyers.times_bought(one)
    await buyers.completed(await buyers.insist(await buyers.purchase()))
    measured(f"dumped in {dumped:.1f} s, restored in {took:.0f} s; {said.strip()}; {checked}")
