"""`buyq audit` on a real log."""

import asyncio
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from buyq.audit.commands import SETTLED
from buyq.cli import app
from buyqueue.clock import SystemClock
from buyqueue.log.journal import Journal
from buyqueue.log.provision import ensure_topics
from buyqueue.log.topic import TopicLayout
from projections.audit.entry import rfc3339
from projections.audit.verify import verify
from tests.projections.buys import append_all, of_buy, whole_buy
from tests.stack.servers import Stack


@dataclass(frozen=True)
class Desk:
    kafka: str
    journal: Journal
    folder: Path

    async def run(self, *argv: str, **env: str) -> Result:
        told = {"KAFKA_BOOTSTRAP_SERVERS": self.kafka, "COLUMNS": "200"} | env
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, list(argv), env=told))

    async def key(self) -> tuple[str, str]:
        """A new key: its file, and the public half."""
        file = str(self.folder / "audit.key")
        made = await self.run("audit", "key", file)
        return file, made.stdout.strip().removeprefix("AUDIT_PUBLIC_KEY=")


@pytest.fixture
async def desk(stack: Stack, tmp_path: Path) -> AsyncIterator[Desk]:
    await ensure_topics(stack.kafka, TopicLayout(partitions=4, replication=1))
    journal = Journal(stack.kafka, client_id="test/audit", timeout_ms=20_000)
    await journal.start()
    yield Desk(stack.kafka, journal, tmp_path)
    await journal.stop()


async def test_the_story_comes_from_the_log(desk: Desk) -> None:
    """Nothing projects here, and a stranger's letters move no cursor of the terminal."""
    buy = whole_buy("user\x1b[2J")
    await append_all(desk.journal, [*buy, *of_buy(buy[0].job_id, buy[:1], "again")])
    shown = await desk.run("audit", "show", str(buy[0].job_id))
    assert shown.exit_code == 0, shown.output
    assert "It is completed, in attempt 1: 10 records, 1 of them ignored." in shown.stdout
    assert "IGNORED, already completed: User again" in shown.stdout
    assert "user\\x1b[2J" in shown.stdout
    assert "\x1b" not in shown.stdout


async def test_an_unknown_buy_is_said_to_be_unknown(desk: Desk) -> None:
    shown = await desk.run("audit", "show", str(SystemClock().new_id()))
    assert (1, "This log holds no such buy.\n") == (shown.exit_code, shown.stdout)


async def test_an_export_is_made_again_to_the_byte_and_verified_with_the_pinned_key(
    desk: Desk,
) -> None:
    file, public = await desk.key()
    assert mode(file) == 0o600
    start = rfc3339(SystemClock().now())
    await asyncio.sleep(0.01)
    await append_all(desk.journal, [event for n in range(5) for event in whole_buy(f"user-{n}")])
    await asyncio.sleep(0.01)
    end = rfc3339(SystemClock().now())
    first, second = desk.folder / "a.tar", desk.folder / "b.tar"
    made = await export(desk, file, first, start, end)
    assert "45 records of 5 buys" in made.stdout
    await append_all(desk.journal, whole_buy("later"))
    await export(desk, file, second, start, end)
    assert first.read_bytes() == second.read_bytes()
    checked = await desk.run("audit", "verify", str(first), AUDIT_PUBLIC_KEY=public)
    assert checked.exit_code == 0, checked.output
    assert f"signed by the pinned key {public}" in checked.stdout
    unpinned = await desk.run("audit", "verify", str(first))
    assert (0, True) == (unpinned.exit_code, "NO KEY WAS PINNED" in unpinned.stdout)


async def export(desk: Desk, key: str, to: Path, start: str, end: str) -> Result:
    span = ("--from", start, "--to", end)
    made = await desk.run("audit", "export", str(to), *span, AUDIT_KEY_FILE=key)
    assert made.exit_code == 0, made.output
    return made


def mode(file: str) -> int:
    return stat.S_IMODE(Path(file).stat().st_mode)


def touch(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-3_000] ^= 1
    file.write_bytes(data)


async def test_what_would_be_worth_nothing_is_refused(desk: Desk) -> None:
    """No key, a time that lies ahead, a key file that is there, a file that was touched."""
    file, public = await desk.key()
    target = str(desk.folder / "c.tar")
    assert (await desk.run("audit", "export", target)).exit_code == 2
    ahead = await desk.run("audit", "export", target, "--to", "2999-01-01", AUDIT_KEY_FILE=file)
    assert ahead.exit_code == 2
    assert (await desk.run("audit", "key", file)).exit_code == 1
    made = await desk.run("audit", "export", target, AUDIT_KEY_FILE=file)
    assert made.exit_code == 0, made.output
    settled = datetime.fromisoformat(verify(Path(target), public).manifest["to"])
    assert settled <= SystemClock().now() - SETTLED
    touch(Path(target))
    checked = await desk.run("audit", "verify", target, "--key", public)
    assert (1, True) == (checked.exit_code, "NOT INTACT" in checked.output)
