"""Keeps what the service says to the outside, to be searched for keys: frames, answers, metrics."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import aiohttp
import engineio
import socketio

from tests.chaos.site import Site
from tests.relay.serving import Client

EVERY_S: Final = 15.0
PATIENCE: Final = aiohttp.ClientTimeout(total=5)


class Overheard:
    """Writes into a site's folder, where the search for keys looks with everything else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "overheard"
        self._folder.mkdir(exist_ok=True)

    @property
    def frames(self) -> Path:
        """Every Engine.IO frame that the socket client received."""
        return self._folder / "frames"

    @property
    def answers(self) -> Path:
        """The body of every answer of the api, errors above all."""
        return self._folder / "answers"

    @property
    def metrics(self) -> Path:
        """What each process served at `/metrics`, again and again."""
        return self._folder / "metrics"

    @property
    def files(self) -> tuple[Path, Path, Path]:
        """All of them: in what was never heard nothing can be found."""
        return self.frames, self.answers, self.metrics

    def note(self, file: Path, text: object) -> None:
        """Append what was heard, as it was."""
        with file.open("ab") as kept:
            kept.write((text if isinstance(text, bytes) else str(text).encode()) + b"\n")


def frame_keeping(overheard: Overheard) -> type[socketio.AsyncClient]:
    """Make a socket client that keeps each frame it receives."""

    class Engine(engineio.AsyncClient):  # type: ignore[misc]
        async def _receive_packet(self, pkt: Any) -> None:
            overheard.note(overheard.frames, pkt.data)
            await super()._receive_packet(pkt)

    class Keeping(socketio.AsyncClient):  # type: ignore[misc]
        def _engineio_client_class(self) -> type[engineio.AsyncClient]:
            return Engine

    return Keeping


def listener(site: Site, overheard: Overheard) -> Client:
    """A user's socket client, whose frames are kept."""
    return Client(site.url, frame_keeping(overheard))


@asynccontextmanager
async def metrics_kept(site: Site, overheard: Overheard) -> AsyncIterator[None]:
    """Read the metrics of every process now and then, and once more at the end."""

    async def scrape() -> None:
        async with aiohttp.ClientSession(timeout=PATIENCE) as session:
            for child in site.children:
                if not child.running:
                    continue
                port = site.metrics_ports[child.command.name]
                with suppress(aiohttp.ClientError, OSError, TimeoutError):
                    async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
                        overheard.note(overheard.metrics, await answer.read())

    async def go_on() -> None:
        while True:
            await scrape()
            await asyncio.sleep(EVERY_S)

    task = asyncio.create_task(go_on())
    try:
        yield
        await scrape()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
