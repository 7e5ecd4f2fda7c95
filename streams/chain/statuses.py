"""Asking for many signatures' statuses in few calls."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from opentelemetry.trace import SpanContext

from buyqueue.clock import Clock
from buyqueue.errors import BuyQueueError
from buyqueue.tracing.spans import OFF, Spans, recorded
from streams.chain.hints import Hints
from streams.chain.nodes import Nodes

BATCH: Final = 256
"""The most signatures that `getSignatureStatuses` takes."""
GATHER_S: Final = 0.01
"""Confirmations come by the block: a moment after the first hint there are many to ask about."""
_RANK: Final = {"processed": 0, "confirmed": 1, "finalized": 2}


@dataclass(frozen=True, slots=True)
class Status:
    """What a node says of a signature. `error` is the chain's own, of a landed transaction."""

    slot: int
    commitment: str
    error: Any

    @property
    def confirmed(self) -> bool:
        """Whether it is at least confirmed."""
        return _RANK[self.commitment] >= _RANK["confirmed"]

    @property
    def decides(self) -> bool:
        """Whether it is an outcome: a failure only once it is finalized.

        A fork that drops a failed transaction may land it well after all.
        """
        return self.finalized or (self.confirmed and self.error is None)

    @property
    def finalized(self) -> bool:
        """Whether no fork can take it back."""
        return self.commitment == "finalized"


def status_of(answer: Any) -> Status | None:
    """Read one entry of `getSignatureStatuses`."""
    if answer is None:
        return None
    commitment = answer.get("confirmationStatus") or "processed"
    return Status(int(answer["slot"]), str(commitment), answer.get("err"))


class StatusBoard:
    """Gathers the questions of one tick into one call to each node."""

    def __init__(
        self,
        nodes: Nodes,
        clock: Clock,
        tick_ms: int,
        hints: Hints | None = None,
        spans: Spans = OFF,
    ) -> None:
        self._spans = spans
        self._askers: list[SpanContext] = []
        self._hints = hints
        self._nodes = nodes
        self._clock = clock
        self._tick_s = tick_ms / 1000
        self._waiting: dict[str, asyncio.Future[Status | None]] = {}
        self._task: asyncio.Task[None] | None = None

    def hint(self, signature: str) -> None:
        """Let a hint of its confirmation end a tick at once; asking again changes nothing.

        NB: `forget` it, whatever becomes of it: not all that is asked for is ever confirmed.
        """
        if self._hints:
            self._hints.watch(signature)

    def forget(self, signature: str) -> None:
        """Let no tick end because of it any more."""
        if self._hints:
            self._hints.forget(signature)

    async def status(self, signature: str) -> Status | None:
        """Answer the best word that any node has after the next tick; None if none has one.

        NB: None is not "absent": a node may lag, fail, or have forgotten. It proves nothing.
        """
        future = self._waiting.get(signature)
        if future is None:
            future = asyncio.get_running_loop().create_future()
            self._waiting[signature] = future
        if asker := recorded():
            self._askers.append(asker)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._ask(), name="status-board")
        return await asyncio.shield(future)

    async def _ask(self) -> None:
        while self._waiting:
            await self._tick()
            asked, self._waiting = self._waiting, {}
            askers, self._askers = self._askers, []
            best: dict[str, Status] = {}
            signatures = list(asked)
            told = {"buyq.signatures": len(signatures)}
            try:
                # The task began within whichever buy asked first; what it asks is for all.
                with self._spans.gathered("poll signatures", told, askers):
                    for start in range(0, len(signatures), BATCH):
                        await self._ask_batch(signatures[start : start + BATCH], best)
            finally:
                # Whatever went wrong: "nobody has a word" is true, and nobody waits for ever.
                for signature, future in asked.items():
                    if not future.done():
                        future.set_result(best.get(signature))

    async def _tick(self) -> None:
        """Wait for the next tick, or for a hint that asking is worth it now."""
        if self._hints is None:
            await self._clock.sleep(self._tick_s)
            return
        waits = {
            asyncio.create_task(self._clock.sleep(self._tick_s), name="tick"),
            asyncio.create_task(self._hints.heard.wait(), name="hint"),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
        if self._hints.heard.is_set():
            await self._clock.sleep(GATHER_S)
            self._hints.heard.clear()

    async def _ask_batch(self, signatures: list[str], best: dict[str, Status]) -> None:
        answers = await asyncio.gather(
            *(node.call("getSignatureStatuses", signatures) for node in self._nodes.all),
            return_exceptions=True,
        )
        for answer in answers:
            if isinstance(answer, BaseException):
                if not isinstance(answer, BuyQueueError):
                    raise answer
                continue
            for signature, entry in zip(signatures, answer["value"], strict=True):
                found = status_of(entry)
                known = best.get(signature)
                if found and (known is None or _RANK[found.commitment] > _RANK[known.commitment]):
                    best[signature] = found
