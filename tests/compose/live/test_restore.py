"""Backup and restore as docs/operations/deploy.md says: dump Postgres, lose it, and go on."""

import time
from collections.abc import Callable

import pytest

from tests.compose.live.buyers import Buyers, Purchase
from tests.compose.live.stack import LiveStack, until

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


async def dump_of(stack: LiveStack) -> bytes:
    """Dump Postgres as the page says."""
    words = ("pg_dump", "-U", "postgres", "buyq")
    return (await stack.compose("exec", "-T", "postgres", *words)).encode()


async def ended_as(buyers: Buyers, purchase: Purchase) -> str | None:
    """Answer the code of a buy that failed, None while it has not ended."""
    view = await buyers.client.status(purchase.job_id)
    return str(view.result.code) if view.status == "failed" and view.result else None


@pytest.mark.parametrize("meanwhile", ["open", "ended"])
async def test_after_a_restore_nothing_is_lost_and_nothing_bought_again(
    meanwhile: str, stack: LiveStack, buyers: Buyers, measured: Callable[[str], None]
) -> None:
    """Buys that the dump has as open, whether or not they have ended by the log since then.

    What was ordered after the dump has lost its key: it fails, and says so, and asked for again
    it is the same order still.
    """
    before = await buyers.bought()
    await stack.compose("stop", *WORKERS)
    waiting = [await buyers.insist(await buyers.purchase()) for _ in range(OPEN)]
    assert str(OPEN) == await query(stack, "SELECT count(*) FROM vault")
    began = time.monotonic()
    dump = await dump_of(stack)
    dumped = time.monotonic() - began
    if meanwhile == "ended":
        await stack.start(*WORKERS)
        await buyers.completed(*waiting)
        await stack.compose("stop", *WORKERS)
    late = await buyers.insist(await buyers.purchase())
    began = time.monotonic()
    await lost_and_restored(stack, dump)
    await stack.compose("run", "--rm", "-T", "migrate", "buyq", "restore-orders")
    await stack.start("projector", "api-1", "api-2")
    rebuilt = await stack.compose("run", "--rm", "-T", "migrate", "buyq", "rebuild")
    await stack.start(*WORKERS)
    took = time.monotonic() - began
    await buyers.completed(before, *waiting)
    assert "key_unavailable" == await until("the end", lambda: ended_as(buyers, late))
    assert 0 == await buyers.times_bought(late)
    checked = await stack.compose("run", "--rm", "-T", "migrate", "buyq", "rebuild", "--check")
    assert "0 tables differ" in checked
    for one in (before, *waiting, late):
        job_id = one.job_id
        assert job_id == (await buyers.submit(one)).job_id
        assert int(one is not late) == await buyers.times_bought(one)
    await buyers.bought()
    await until("no key of a buy that has ended", lambda: _no_ticket(stack))
    measured(f"dumped in {dumped:.1f} s, restored in {took:.0f} s; {rebuilt}{checked}")


async def _no_ticket(stack: LiveStack) -> bool | None:
    return True if await query(stack, "SELECT count(*) FROM vault") == "0" else None
