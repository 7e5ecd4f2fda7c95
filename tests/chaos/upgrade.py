"""A deployment, rehearsed: another version's processes are replaced by ours and ours by them.

`python -m tests.chaos.upgrade FOLDER [rounds]`, where FOLDER is a checkout of the other version
with its packages installed (`uv sync`). Buys flow all the while.
"""

import asyncio
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

from buyqueue.settings import Settings
from migrations.upgrade import migrate
from sandbox.processes.child import Child
from tests.chaos.run import report, say
from tests.chaos.scenarios.kills import running
from tests.chaos.site import environment_of, own_site, python_of, until_ready
from tests.chaos.stage import QUICK, Scenario, Stage, played, staged
from tests.chaos.takeover import all_joined
from tests.chaos.verdict import HEAD, Verdict

ORDER = ("projector", "api", "worker", "worker")
"""Readers before writers; a way back is the same in reverse."""


async def replace(other: Path | None, stage: Stage, number: int) -> None:
    """Do the next step: stop one process by SIGTERM, and start it with the other code.

    Returns once the new one is ready, as whoever replaces processes waits for it.
    """
    site, (round_number, step) = stage.site, divmod(number, len(ORDER))
    back = round_number % 2 == 1
    site.code = other if back else None
    if number == 0:
        await migrate(site.settings.database_url.get_secret_value())
    stage.mark()
    match (ORDER[::-1] if back else ORDER)[step]:
        case "worker":
            await leave(stage.workers.pop(0))
            await stage.worker()
            await all_joined(stage)
        case "api":
            await leave(running(stage, "api"))
            await site.api()
        case _:
            await leave(running(stage, "projector"))
            projector = await site.projector()
            await until_ready(f"http://127.0.0.1:{site.metrics_ports[projector.command.name]}")


async def leave(child: Child) -> None:
    """Stop it; AssertionError unless it ended by itself, and well."""
    await child.stop()
    assert child.exit_code == 0, f"{child.command.name}: {child.exit_code}\n{child.tail()}"


async def rehearse(other: Path | None, rounds: int) -> Verdict:
    """Go over to this version and back so many times, and at last to this one.

    `other` is the other version's checkout; None for this one, by which it replaces itself.
    """
    scenario = Scenario(
        "each process replaced by another version's, there and back",
        partial(replace, other),
        per_second=4.0,
        over_rest=0.5,
        cancelled=0.1,
    )
    async with own_site(migrating=partial(migrate_by, other), **QUICK) as site:
        site.code = other
        async with staged(site, 1) as stage:
            return await played(scenario, stage, (2 * rounds + 1) * len(ORDER))


async def migrate_by(other: Path | None, settings: Settings) -> None:
    """Make the tables and topics of the other version."""
    argv = (python_of(other), "-m", "buyq", "migrate")
    environment = {**os.environ, **environment_of(settings)}
    done = await asyncio.to_thread(
        subprocess.run,
        argv,
        cwd=other,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def main() -> int:
    """Exit with 1 if a promise was broken."""
    other = Path(sys.argv[1]).resolve() if sys.argv[1:] else None
    if not other or not Path(python_of(other)).exists():
        say("which folder has the other version, with `uv sync` done in it?", sys.stderr)
        return 2
    rounds = int(sys.argv[2]) if sys.argv[2:] else 3
    verdict = asyncio.run(rehearse(other, rounds))
    say(HEAD)
    report("upgrade", verdict)
    return 1 if verdict.broken else 0


if __name__ == "__main__":
    sys.exit(main())
