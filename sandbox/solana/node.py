"""A local Solana in the caller's event loop: the chain, its ticker and its RPC nodes."""

import asyncio
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from solders.pubkey import Pubkey

from sandbox.solana.faults import FaultTable
from sandbox.solana.ledger.blocks import Block
from sandbox.solana.ledger.chain import Chain
from sandbox.solana.listener import Listener
from sandbox.solana.view import View


class LocalNode:
    """Started once, stopped once; also an async context manager.

    `db` is where the chain is kept (None: in memory), `port` 0 means a free one, `wall` answers
    unix seconds for block times (None: counted from the slots). With `paused` no slot passes by
    itself: call `advance`. If a slot cannot be produced the node is dead: every call is answered
    with HTTP 500 and the traceback, and `run` and `stop` raise what went wrong.
    """

    def __init__(
        self,
        *,
        db: Path | None = None,
        slot_ms: int = 400,
        seed: str = "local",
        paused: bool = False,
        port: int = 0,
        wall: Callable[[], float] | None = None,
    ) -> None:
        self.chain = Chain(seed=seed, path=db, slot_ms=slot_ms, wall=wall)
        self.paused = paused
        self.main = Listener(View(self.chain, seed=f"{seed}|main"), self, port)
        self._views: list[Listener] = []
        self._ticker: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where the main node serves JSON-RPC."""
        return self.main.url

    @property
    def ws_url(self) -> str:
        """Where the main node serves pubsub."""
        return self.main.ws_url

    @property
    def faults(self) -> FaultTable:
        """What goes wrong at the main node."""
        return self.main.view.faults

    async def start(self) -> Self:
        """Listen and let the slots tick.

        Raises OSError when the port, or the one after it, is taken.
        """
        try:
            await self._listen(self.main)
        except BaseException:
            await self.stop()
            raise
        self._ticker = asyncio.create_task(self._tick())
        return self

    async def stop(self) -> None:
        """Stop everything; raise what killed the ticker, if something did."""
        for listener in self._views:
            await listener.stop()
        ticker, self._ticker = self._ticker, None
        self.chain.on_block.clear()
        try:
            if ticker:
                ticker.cancel()
                await asyncio.wait([ticker])
                if not ticker.cancelled():
                    ticker.result()
        finally:
            self.chain.close()

    async def run(self) -> None:
        """Wait until cancelled, or until the ticker dies; raise what killed it."""
        if self._ticker is None:
            raise RuntimeError("start the node first")
        await asyncio.shield(self._ticker)

    async def add_view(self, *, lag_slots: int = 0, port: int = 0) -> Listener:
        """Serve the same chain at another port with a lag and faults of its own."""
        view = View(self.chain, lag_slots=lag_slots, seed=f"view {len(self._views)}")
        listener = Listener(view, self, port)
        await self._listen(listener)
        return listener

    def advance(self, slots: int = 1) -> Block:
        """Let slots pass at once; answer the tip."""
        return self.chain.advance(slots)

    async def fund(self, wallet: Pubkey, lamports: int) -> str:
        """Give a wallet SOL and wait until that is confirmed; answer the signature.

        Raises what killed the ticker, should it be dead.
        """
        signature = self.chain.airdrop(wallet, lamports)
        while self.chain.bank("confirmed").record(signature) is None:
            if self._ticker and self._ticker.done():
                await self.run()
            if self.paused:
                self.advance()
            else:
                await asyncio.sleep(self.chain.knobs.slot_ms / 4000)
        return signature

    def problem(self) -> str | None:
        """Say what killed the ticker; None while it lives."""
        ticker = self._ticker
        if ticker is None or not ticker.done() or ticker.cancelled():
            return None
        error = ticker.exception()
        return "the local chain died:\n" + "".join(traceback.format_exception(error))

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _listen(self, listener: Listener) -> None:
        await listener.start()
        self._views.append(listener)
        self.chain.on_block.append(listener.pubsub.on_block)

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            slot_s = self.chain.knobs.slot_ms / 1000
            # A loop that was held up goes on at its pace: it does not catch up in a burst.
            due = max(due + slot_s, loop.time())
            await asyncio.sleep(due - loop.time())
            if not self.paused:
                self.chain.produce()
