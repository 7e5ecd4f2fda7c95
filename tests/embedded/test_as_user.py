"""An ordinary user can run it all; shown by root, who can become one."""

import os
import shutil
import site
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.kafka.jars import Jars
from sandbox.postgres.program import barrier
from sandbox.processes.command import Account, unprivileged
from tests.stack.embedded import scratch

REPOSITORY = Path(__file__).parents[2]
RUN = """
import asyncio, os, sys
from pathlib import Path
from sandbox.kafka.config import Ports
from sandbox.kafka.embedded import EmbeddedKafka
from sandbox.postgres.embedded import EmbeddedPostgres
from sandbox.processes.crew import Crew
from sandbox.state.directory import StateDirectory
from sandbox.state.home import default_home

async def main():
    with StateDirectory(default_home(), purpose="demo") as state:
        ports = Ports(state.port("kafka"), state.port("controller"))
        kafka = EmbeddedKafka(state.part("kafka"), ports, cache=Path(sys.argv[1]))
        postgres = EmbeddedPostgres(state.part("postgres"), state.port("postgres"))
        async with Crew() as crew:
            await crew.add(kafka, postgres)
            owner = (state.home / "postgres" / "data").stat().st_uid
            print(os.geteuid(), owner, oct(state.home.stat().st_mode & 0o777), kafka.cluster_id)

asyncio.run(main())
"""


def open_python(account: Account) -> str:
    """A Python of this version the account may run: ours is often in root's own home."""
    name = f"python3.{sys.version_info.minor}"
    for python in (
        sys.executable,
        *(f"{folder}/{name}" for folder in ("/usr/bin", "/usr/local/bin")),
    ):
        if Path(python).exists() and barrier(Path(python), account) is None:
            return python
    pytest.skip(f"no {name} that {account.name} may run")


@pytest.mark.skipif(os.geteuid() != 0, reason="this is an ordinary user already")
def test_an_ordinary_user_runs_both() -> None:
    account = unprivileged()
    assert account is not None
    python = open_python(account)
    cache = Jars().classpath()[0].parent
    path = os.pathsep.join((str(REPOSITORY), *site.getsitepackages()))
    with scratch() as folder:
        home, jars = folder / "home", folder / "jars"
        shutil.copytree(cache, jars)
        home.mkdir()
        os.chown(home, account.uid, account.gid)
        ran = subprocess.run(
            [python, "-c", RUN, str(jars)],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            env={"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": path},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
    assert ran.returncode == 0, ran.stderr
    uid, owner, mode, _ = ran.stdout.split()
    assert [int(uid), int(owner), mode] == [account.uid, account.uid, "0o700"]
