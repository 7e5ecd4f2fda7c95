"""Several parts started in order and stopped in the reverse order."""

import asyncio
from types import TracebackType
from typing import Protocol, Self

from sandbox.processes.child import Child


class Part(Protocol):
    """Something that runs in a child: an embedded server, or one program."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def child(self) -> Child | None:
        """Its process once it was started."""

    async def start(self) -> int:
        """Return when it is ready; the ms it took."""

    async def stop(self) -> None:
        """End it; no error when it does not run."""


class Crew:
    """The running parts, by `async with`: leaving stops them all, the last started first.

    A part that cannot be stopped does not keep the others running.
    """

    def __init__(self) -> None:
        self._parts: list[Part] = []

    async def __aenter__(self) -> Self:
        """Begin with none."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop all; ExceptionGroup of what went wrong while stopping."""
        await self.stop()

    @property
    def parts(self) -> tuple[Part, ...]:
        """Those that were added, in that order."""
        return tuple(self._parts)

    async def add(self, *parts: Part) -> None:
        """Start these at the same time; what was started is stopped when leaving, even on errors.

        The first error is raised as it is, once the others have come to an end or started.
        """
        self._parts.extend(parts)
        results = await asyncio.gather(*(part.start() for part in parts), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def stop(self) -> None:
        """Stop all that were added, the last first."""
        errors: list[Exception] = []
        while self._parts:
            try:
                await self._parts.pop().stop()
            except Exception as error:  # noqa: BLE001 (the others are stopped first)
                errors.append(error)
        if errors:
            raise ExceptionGroup("some parts could not be stopped", errors)

    async def first_end(self) -> Part:
        """Wait until a part ends by itself; which one (its child has the exit code and tail)."""
        while True:
            for part in self._parts:
                if part.child is not None and not part.child.running:
                    return part
            await asyncio.sleep(0.1)
