"""Docker and its compose program, whichever of the two this machine has."""

import asyncio
import shutil
import subprocess
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from functools import cache
from typing import Any

import docker
import pytest

from tests.stack.containers import docker_answers, engine


@cache
def program() -> tuple[str, ...] | None:
    """Answer how compose is called; its first version is told to keep to limits as well."""
    asked = subprocess.run(("docker", "compose", "version"), check=False, capture_output=True)
    if asked.returncode == 0:
        return ("docker", "compose")
    return ("docker-compose", "--compatibility") if shutil.which("docker-compose") else None


def need(images: tuple[str, ...]) -> None:
    """Skip the test, with the reason, where the stack cannot be had."""
    if not docker_answers():
        pytest.skip("needs a Docker engine")
    if program() is None:
        pytest.skip("needs docker compose")
    with engine() as client:
        for image in images:
            try:
                client.images.get(image)
            except docker.errors.ImageNotFound:
                pytest.skip(f"the image {image} is not here: docker pull it")


class CommandFailed(Exception):
    """A command did not end well; the text is what it said."""


async def run(*words: str, env: Mapping[str, str] | None = None, given: bytes = b"") -> str:
    """Run a command; answer what it wrote to its standard output. Raises CommandFailed."""
    process = await asyncio.create_subprocess_exec(
        *words, env=env, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    said, complained = await process.communicate(given)
    if process.returncode:
        text = (said + complained).decode(errors="replace")
        raise CommandFailed(f"{' '.join(words)}: {text}")
    return said.decode()


def state(container: Any) -> str:
    """Answer `healthy`, `unhealthy`, `starting`, or how a container without a check runs."""
    told = container.attrs["State"]
    health = told.get("Health", {}).get("Status")
    exited = told["Status"] == "exited"
    return f"exited {told['ExitCode']}" if exited else str(health or told["Status"])
