"""A real Postgres as a child."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from sandbox.postgres.embedded import EmbeddedPostgres, Unreachable
from sandbox.postgres.program import enterable, packaged, reachable
from sandbox.processes.command import Account, unprivileged
from sandbox.state.ports import free_port
from tests.stack.embedded import scratch
from tests.stack.servers import session

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become someone else")


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch() as made:
        yield made


async def test_rows_survive_restart_and_kill(folder: Path) -> None:
    """Rows stay over a stop, and over a kill -9 of the server that leaves its pid file behind."""
    postgres = EmbeddedPostgres(folder / "postgres", free_port())
    await postgres.start()
    async with session(postgres.url) as connection:
        await connection.execute("CREATE TABLE rows (n int)")
    for n, end in enumerate(("stop", "kill", "stop")):
        async with session(postgres.url) as connection:
            await connection.execute("INSERT INTO rows VALUES ($1)", n)
        if end == "kill" and postgres.child is not None:
            postgres.child.send(signal.SIGKILL)
            await postgres.child.wait()
            assert (folder / "postgres" / "data" / "postmaster.pid").exists()
        await postgres.stop()
        await postgres.start()
    async with session(postgres.url) as connection:
        rows = await connection.fetch("SELECT n FROM rows ORDER BY n")
    assert [row["n"] for row in rows] == [0, 1, 2]
    await postgres.stop()


async def test_it_asks_for_the_password(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder / "postgres", free_port())
    await postgres.start()
    secret = folder / "postgres" / "password"
    assert secret.stat().st_mode & 0o777 == 0o600
    with pytest.raises(asyncpg.InvalidPasswordError):
        async with session(postgres.url.replace(secret.read_text(), "guess")):
            pass
    await postgres.stop()


async def test_a_first_start_that_was_cut_short_is_begun_anew(folder: Path) -> None:
    draft = folder / "postgres" / "data.draft" / "base"
    draft.mkdir(parents=True)
    postgres = EmbeddedPostgres(folder / "postgres", free_port())
    await postgres.start()
    await postgres.stop()
    assert not draft.parent.exists()


@as_root
async def test_a_directory_the_account_cannot_reach_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(Unreachable, match=r"may not enter .* BUYQ_HOME"):
        await EmbeddedPostgres(closed / "postgres", free_port()).start()


@as_root
def test_programs_in_a_closed_directory_are_copied(folder: Path) -> None:
    """As when the packages are in root's home: the copy runs, the original's rights stay."""
    account = unprivileged()
    assert account is not None
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    assert reachable(packaged(), account, folder) == packaged()
    package = packaged().parent
    for part in (package, package.with_name(f"{package.name}.libs")):
        subprocess.run(["cp", "-r", str(part), str(closed / part.name)], check=True)
    copy = reachable(closed / package.name / packaged().name, account, folder / "copies")
    for program in ("initdb", "postgres"):
        argv = [str(copy / "bin" / program), "--version"]
        told = subprocess.run(argv, user=account.uid, check=True, capture_output=True, cwd="/")
        assert b" 18." in told.stdout
    assert closed.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("mode", "owner", "group", "expected"),
    [
        (0o700, 7, 0, True),
        (0o077, 7, 8, False),
        (0o010, 0, 8, True),
        (0o701, 0, 8, False),
        (0o701, 0, 0, True),
    ],
)
def test_who_may_enter(mode: int, owner: int, group: int, *, expected: bool) -> None:
    """The first class that fits decides: owner, then group, then others."""
    assert enterable(mode, owner, group, Account("it", 7, 8)) is expected
