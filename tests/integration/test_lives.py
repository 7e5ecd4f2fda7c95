"""The lives of workers in a real Postgres: who works, who died young, who said good-bye."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.lives import Company, Lives

AGED = "UPDATE worker_lives SET began_at = began_at - {by}, seen_at = seen_at - {by}"


async def ago(engine: AsyncEngine, seconds: float) -> None:
    """Let everything that was ever said have been said so long before."""
    async with engine.begin() as connection:
        by = f"make_interval(secs => {seconds})"
        await connection.execute(text(AGED.format(by=by)))


async def just_now(engine: AsyncEngine) -> None:
    """Let nobody fall silent before this test has looked, however slow the machine is."""
    await ago(engine, -3_600)


async def test_a_worker_sees_the_others_and_not_itself(engine: AsyncEngine) -> None:
    first, second = Lives(engine, "worker/1"), Lives(engine, "worker/2")
    await first.begin()
    await just_now(engine)
    assert Company(0, 0) == await first.look()
    assert Company(1, 0) == await second.look()


async def test_one_that_falls_silent_early_died_young_until_it_speaks(engine: AsyncEngine) -> None:
    first, second = Lives(engine, "worker/1"), Lives(engine, "worker/2")
    await first.begin()
    await ago(engine, 3)
    assert Company(0, 1) == await second.look()
    await first.beat()
    await just_now(engine)
    assert Company(1, 0) == await second.look()


async def test_a_good_bye_is_no_death(engine: AsyncEngine) -> None:
    first, second = Lives(engine, "worker/1"), Lives(engine, "worker/2")
    await first.begin()
    await first.end()
    assert Company(0, 0) == await second.look()


async def test_who_lived_for_more_than_a_minute_did_not_die_young(engine: AsyncEngine) -> None:
    first, second = Lives(engine, "worker/1"), Lives(engine, "worker/2")
    await first.begin()
    await ago(engine, 70)
    await first.beat()
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE worker_lives SET seen_at = seen_at - interval '3s'"))
    assert Company(0, 0) == await second.look()


async def test_a_death_is_forgotten_after_five_minutes(engine: AsyncEngine) -> None:
    first, second = Lives(engine, "worker/1"), Lives(engine, "worker/2")
    await first.begin()
    await ago(engine, 301)
    assert Company(0, 0) == await second.look()
    await second.begin()
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT writer FROM worker_lives"))
        assert ["worker/2"] == [row.writer for row in rows]
