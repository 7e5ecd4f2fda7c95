"""Many questions at once as one question to somebody who is slow to ask."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Final, Generic, TypeVar

from buyqueue.ending import end
from buyqueue.errors import Retryable

MOST: Final = 200
"""Questions that are asked together."""
PATIENCE_S: Final = 0.05
"""How long an answer holds up the questions that came meanwhile: one that hangs stops nobody."""
Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")


class Gathering(Generic[Question, Answer]):
    """Asks at once when nobody waits for an answer, else with whatever came meanwhile.

    So a lone question waits for nobody, and under load a round trip is shared by many. Neither
    whoever stops waiting nor a question that cannot be asked takes an answer from the others.
    """

    def __init__(
        self,
        ask: Callable[[Sequence[Question]], Awaitable[Mapping[Question, Answer]]],
        at_once: int | None = None,
    ) -> None:
        """`at_once`: so many answers may hang before questions wait for one; None is no limit."""
        self._ask = ask
        self._at_once = at_once
        self._waiting: dict[Question, asyncio.Future[Answer | None]] = {}
        self._asking: asyncio.Task[None] | None = None
        self._settling: set[asyncio.Task[None]] = set()

    async def answer(self, question: Question) -> Answer | None:
        """Answer a question, None where there is no answer; raises what asking it raises."""
        future = self._waiting.get(question)
        if future is None:
            future = asyncio.get_running_loop().create_future()
            future.add_done_callback(_seen)
            self._waiting[question] = future
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._run(), name="gathering")
        return await asyncio.shield(future)

    async def end(self) -> None:
        """Give up what is being asked; whoever still waits is cancelled."""
        asking = {self._asking} if self._asking else set()
        await asyncio.gather(*map(end, asking | self._settling))

    async def _run(self) -> None:
        while self._waiting:
            asked = dict(list(self._waiting.items())[:MOST])
            for question in asked:
                del self._waiting[question]
            settling = asyncio.create_task(self._settle(asked), name="gathered")
            self._settling.add(settling)
            settling.add_done_callback(self._settling.discard)
            await asyncio.wait({settling}, timeout=PATIENCE_S)
            if self._at_once and len(self._settling) >= self._at_once:
                await asyncio.wait(self._settling, return_when=asyncio.FIRST_COMPLETED)

    async def _settle(self, asked: dict[Question, asyncio.Future[Answer | None]]) -> None:
        try:
            found = await self._ask(list(asked))
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            if len(asked) > 1 and not isinstance(error, Retryable):
                for question, future in asked.items():  # one of them is to blame
                    await self._settle({question: future})
                return
            for future in asked.values():
                future.set_exception(error)
        except BaseException:
            for future in asked.values():
                future.cancel()
            raise
        else:
            for question, future in asked.items():
                future.set_result(found.get(question))


def _seen(future: asyncio.Future[Answer | None]) -> None:
    """Look at an error that nobody waits for any more."""
    if not future.cancelled():
        future.exception()
