"""One of our own programs as a part of a crew."""

from collections.abc import Awaitable, Callable

from sandbox.processes.child import Child
from sandbox.processes.command import Command
from sandbox.processes.readiness import wait_ready


class Program:
    """A command with its readiness probe."""

    def __init__(
        self,
        command: Command,
        probe: Callable[[], Awaitable[bool]],
        *,
        ready_within_ms: int = 30_000,
    ) -> None:
        self.name = command.name
        self.child: Child | None = Child(command)
        self._probe = probe
        self._ready_within_ms = ready_within_ms

    async def start(self) -> int:
        """Return when the probe says True; the ms it took. EndedEarly or NotReady."""
        child = self._started()
        await child.start()
        return await wait_ready(child, self._probe, within_ms=self._ready_within_ms)

    async def stop(self) -> None:
        """End it; no error when it does not run."""
        await self._started().stop()

    def _started(self) -> Child:
        if self.child is None:
            raise LookupError(f"{self.name} has no child")
        return self.child
