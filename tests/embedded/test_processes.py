"""Children that cannot outlive who started them."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from sandbox.processes.child import Child
from sandbox.processes.command import Command
from sandbox.processes.crew import Crew
from sandbox.processes.errors import EndedEarly, NotReady
from sandbox.processes.interrupts import interrupts
from sandbox.processes.readiness import wait_ready

SLEEPS = ("sleep", "600")
STUBBORN = ("sh", "-c", 'trap "" TERM; echo ready; while :; do sleep 0.05; done')
WITH_GRANDCHILD = ("sh", "-c", "sleep 600 & echo $!; wait")
STARTER = """
import asyncio, sys
from pathlib import Path
from sandbox.processes.child import Child
from sandbox.processes.command import Command

async def main():
    for number, argv in enumerate(([*sys.argv[2:]], ["sleep", "600"])):
        log = Path(sys.argv[1]) / f"{number}.log"
        child = Child(Command(str(number), tuple(argv), log, grace_ms=300))
        await child.start()
        print(child.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def command(folder: Path, argv: tuple[str, ...], grace_ms: int = 5_000) -> Command:
    return Command(argv[0], argv, folder / "child.log", grace_ms=grace_ms)


async def soon_gone(*pids: int) -> bool:
    for _ in range(200):
        if not any(psutil.pid_exists(pid) for pid in pids):
            return True
        await asyncio.sleep(0.05)
    return False


async def logged(child: Child) -> str:
    for _ in range(500):
        if text := child.tail():
            return text
        await asyncio.sleep(0.01)
    raise TimeoutError


@pytest.fixture
async def starter(tmp_path: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, list[int]]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        STARTER,
        str(tmp_path),
        *STUBBORN,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    pids = [int(await process.stdout.readline()) for _ in range(2)]
    yield process, pids
    if process.returncode is None:
        process.kill()
    await process.communicate()


async def test_a_stop_is_asked_for_first(tmp_path: Path) -> None:
    child = Child(command(tmp_path, SLEEPS))
    await child.start()
    assert child.running
    await child.stop()
    assert child.exit_code == 128 + signal.SIGTERM
    assert await soon_gone(child.pid)


async def test_a_stop_is_forced_when_the_grace_is_over(tmp_path: Path) -> None:
    child = Child(command(tmp_path, STUBBORN, grace_ms=200))
    await child.start()
    await logged(child)
    await child.stop()
    assert child.exit_code == 128 + signal.SIGKILL


async def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    child = Child(command(tmp_path, WITH_GRANDCHILD))
    await child.start()
    grandchild = int(await logged(child))
    await child.stop()
    assert await soon_gone(child.pid, grandchild)


async def test_a_killed_starter_leaves_nothing(
    starter: tuple[asyncio.subprocess.Process, list[int]],
) -> None:
    """kill -9 of the starter ends its children, even one that ignores SIGTERM."""
    process, pids = starter
    assert all(psutil.pid_exists(pid) for pid in pids)
    leashes = [psutil.Process(pid).ppid() for pid in pids]
    process.kill()
    assert await soon_gone(*pids, *leashes)


async def test_a_ctrl_c_does_not_reach_a_child(tmp_path: Path) -> None:
    child = Child(command(tmp_path, SLEEPS))
    await child.start()
    assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
    assert os.getsid(child.pid) != os.getsid(0)
    await child.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of the death")
async def test_a_killed_leash_takes_its_child_along(tmp_path: Path) -> None:
    child = Child(command(tmp_path, SLEEPS))
    await child.start()
    psutil.Process(psutil.Process(child.pid).ppid()).kill()
    assert await soon_gone(child.pid)
    await child.stop()


async def test_the_next_child_waits_for_the_one_before(tmp_path: Path) -> None:
    """Two children on one log never run at the same time."""
    first, second = (Child(command(tmp_path, SLEEPS)) for _ in range(2))
    await first.start()
    starting = asyncio.create_task(second.start())
    await asyncio.sleep(0.3)
    assert not starting.done()
    await first.stop()
    await starting
    assert second.running
    await second.stop()


async def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    child = Child(command(tmp_path, ("no-such-program",)))
    with pytest.raises(EndedEarly, match="no-such-program"):
        await child.start()


async def test_an_early_end_shows_the_log(tmp_path: Path) -> None:
    child = Child(command(tmp_path, ("sh", "-c", "echo the reason; exit 3")))

    async def never() -> bool:
        return False

    await child.start()
    with pytest.raises(EndedEarly, match=r"code 3(.|\n)*the reason"):
        await wait_ready(child, never, within_ms=5_000)


async def test_a_child_that_does_not_answer_is_stopped(tmp_path: Path) -> None:
    child = Child(command(tmp_path, SLEEPS))

    async def never() -> bool:
        return False

    await child.start()
    with pytest.raises(NotReady, match="100 ms"):
        await wait_ready(child, never, within_ms=100)
    assert not child.running


class Noted:
    """A part that writes down what is done to it."""

    child = None

    def __init__(self, name: str, told: list[str]) -> None:
        self.name = name
        self._told = told

    async def start(self) -> int:
        self._told.append(f"start {self.name}")
        if self.name == "broken":
            raise EndedEarly(self.name)
        return 0

    async def stop(self) -> None:
        self._told.append(f"stop {self.name}")


async def test_a_crew_stops_in_the_reverse_order() -> None:
    told: list[str] = []
    async with Crew() as crew:
        await crew.add(Noted("kafka", told))
        with pytest.raises(EndedEarly):
            await crew.add(Noted("broken", told))
    assert told == ["start kafka", "start broken", "stop broken", "stop kafka"]


async def test_an_interrupt_is_an_event() -> None:
    with interrupts() as asked:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.wait_for(asked.wait(), 5)
