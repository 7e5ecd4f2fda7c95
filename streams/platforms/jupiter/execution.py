"""Handing a transaction that a market maker still has to sign to Jupiter: `POST /execute`.

It answers once the transaction has landed or failed to, and a repeat of the same pair is a
question. Whatever it answers is no outcome: -1000 (failed to land), -1001 (unknown), a rejection
by the maker or silence may all stand beside a transaction that lands. The wallet's signature is
the transaction's first, so the chain is asked for that.
"""

import asyncio
from typing import Final

from buyqueue.errors import BuyQueueError
from buyqueue.logs import get_logger
from streams.platforms.jupiter.api import JupiterApi

log = get_logger(__name__)
ANSWERS_WITHIN_S: Final = 1.0
"""A request that was refused at once has its answer by then; one that was taken runs on."""


class JupiterExecution:
    """Keeps one request a transaction under way."""

    name = "jupiter"

    def __init__(self, api: JupiterApi) -> None:
        self._api = api
        self._running: dict[str, asyncio.Task[bool]] = {}

    async def hand_over(self, transaction: str, request_id: str) -> bool:
        """Post it, unless it is being posted; tell whether it was taken, as far as is known."""
        task = self._running.get(request_id)
        if task is None:
            posting = self._post(transaction, request_id)
            task = asyncio.create_task(posting, name="jupiter-execute")
            self._running[request_id] = task
            task.add_done_callback(lambda _: self._running.pop(request_id, None))
        await asyncio.wait({task}, timeout=ANSWERS_WITHIN_S)
        return task.result() if task.done() else True

    async def _post(self, transaction: str, request_id: str) -> bool:
        try:
            answer = await self._api.execute(transaction, request_id)
        except BuyQueueError as error:
            log.info("execute.unanswered", why=error.text)
            return False
        code = answer.get("code")
        log.info("execute.answered", status=answer.get("status"), code=code)
        return code in (0, -1000, -1001)
