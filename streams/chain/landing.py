"""Landing a recorded transaction: send the same bytes until the chain decides.

Nothing here signs. An RPC error is never an outcome, `already processed` is never a failure, and
a signature that no node knows is only dead once `expiry` has proven it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from buyqueue.clock import Clock
from buyqueue.errors import BuyQueueError, Unavailable
from buyqueue.logs import get_logger
from buyqueue.rpc import RpcError, RpcNode
from streams.chain.expiry import Alive, Dead, Elsewhere, Lifetime, Verdict, examine
from streams.chain.fill import fill_of
from streams.chain.filling import fill_seen
from streams.chain.flight import Accepted, Flight, Landed, Outcome, Overdue, Settled
from streams.chain.nodes import Nodes
from streams.chain.statuses import Status, StatusBoard

log = get_logger(__name__)
HEIGHT_EVERY_S: Final = 2.0
SETTLE_EVERY_S: Final = 2.0
BLIND_S: Final = 120.0
"""Longer than a transaction can land: after that, without any node, its outcome is unknown."""


@dataclass(frozen=True, slots=True)
class LandingRules:
    """How often to send again, and how far past the last valid height a proof must lie."""

    resend_ms: int
    margin_blocks: int
    tip_accounts: frozenset[str] = frozenset()
    """What the wallet gives to these is a tip."""


class Execution(Protocol):
    """Whoever adds the missing signature to a transaction and sends it."""

    name: str

    async def hand_over(self, transaction: str, request_id: str) -> bool:
        """Tell whether it was taken. NB: never what became of it; that, only the chain tells."""


class Landing:
    """Follows one flight at a time until there is something to record.

    Senders are handed the same bytes as the nodes. What became of them, only nodes are asked.
    """

    def __init__(
        self,
        nodes: Nodes,
        board: StatusBoard,
        clock: Clock,
        rules: LandingRules,
        senders: Sequence[RpcNode] = (),
        execution: Execution | None = None,
    ) -> None:
        self._nodes = nodes
        self._senders = tuple(senders)
        self._execution = execution
        self._board = board
        self._clock = clock
        self._rules = rules
        self._sending: set[asyncio.Task[str | None]] = set()

    async def follow(self, flight: Flight) -> Outcome:
        """Send if that may be, and wait for the next thing worth recording. Never gives up."""
        began = send_at = height_at = self._clock.monotonic()
        if flight.undecided:
            send_at += self._rules.resend_ms / 1000
        try:
            while True:
                now = self._clock.monotonic()
                if now >= send_at and flight.may_send:
                    send_at = now + self._rules.resend_ms / 1000
                    accepted = await self._broadcast(flight)
                    if accepted and not flight.sent:
                        return Accepted(accepted)
                # One hint a flight: it may be confirmed, and fail, long before that is final.
                self._board.hint(flight.signature)
                if landed := await self._landed(flight):
                    return landed
                if now >= height_at:
                    height_at = now + HEIGHT_EVERY_S
                    outcome = await self._late(flight, now - began)
                    if outcome:
                        return outcome
        finally:
            self._board.forget(flight.signature)

    async def settle(self, flight: Flight, slot: int) -> Settled | Landed | Dead | Elsewhere:
        """Wait until what landed in `slot` is finalized; send it again when a fork drops it.

        Answers Landed if it is finalized elsewhere, or failed there, and Dead once every node has
        proven that it is gone for good.
        """
        while True:
            await self._clock.sleep(SETTLE_EVERY_S)
            status = await self._board.status(flight.signature)
            if status is None or not status.confirmed:
                status, gone = await self._unseen(flight)
                if gone:
                    return gone
            if status is None or not status.finalized:
                continue
            if status.slot == slot and status.error is None:
                return Settled(slot)
            if landed := await self._fill(flight, status):
                return landed

    async def _unseen(self, flight: Flight) -> tuple[Status | None, Dead | Elsewhere | None]:
        """Look for a landed transaction that no node knows lately; send it if it may land."""
        if not await self._past(flight):
            await self._broadcast(flight)
            return None, None
        match await self._examine(flight):
            case Dead() | Elsewhere() as gone:
                return None, gone
            case Alive(status=status):
                return status, None
        return None, None

    async def _broadcast(self, flight: Flight) -> tuple[str, ...]:
        """Hand the bytes to every node and sender, and answer as soon as one took them."""
        if flight.request_id and self._execution:
            taken = await self._execution.hand_over(flight.transaction, flight.request_id)
            return (self._execution.name,) if taken else ()
        tasks = {
            asyncio.create_task(self._send(node, flight), name="send")
            for node in (*self._nodes.all, *self._senders)
        }
        self._sending |= tasks
        for task in tasks:
            task.add_done_callback(self._sending.discard)
        accepted: list[str] = []
        while tasks and not accepted:
            done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            accepted += [name for task in done if (name := task.result())]
        return tuple(sorted(accepted))

    async def _send(self, node: RpcNode, flight: Flight) -> str | None:
        options = {"encoding": "base64", "skipPreflight": True, "maxRetries": 0}
        try:
            await node.call("sendTransaction", flight.transaction, options)
        except (Unavailable, RpcError) as error:
            if "already" in error.text.lower() and "processed" in error.text.lower():
                return node.name
            log.info("send.unanswered", node=node.name, why=error.text)
            return None
        return node.name

    async def _landed(self, flight: Flight) -> Landed | None:
        status = await self._board.status(flight.signature)
        if status is None or not status.decides:
            return None
        return await self._fill(flight, status)

    async def _fill(self, flight: Flight, status: Status) -> Landed | None:
        """Read what it did; None while no node can tell yet."""
        tips = self._rules.tip_accounts
        found = await fill_seen(
            self._nodes,
            flight.signature,
            status,
            lambda answer: fill_of(answer, flight.wallet, flight.mint, tips),
        )
        return Landed(*found) if found else None

    async def _late(self, flight: Flight, followed_s: float) -> Outcome | None:
        past = await self._past(flight)
        if not past:
            blind = past is None and followed_s >= BLIND_S
            return Overdue() if blind and not flight.undecided else None
        match await self._examine(flight):
            case Dead() | Elsewhere() as known:
                return known
            case Alive(status=status) if status.decides:
                return await self._fill(flight, status)
        return None if flight.undecided else Overdue()

    async def _past(self, flight: Flight) -> bool | None:
        """Tell whether a node is past the last block that may hold it; None if none answers."""
        try:
            height = max(await self._nodes.heights("confirmed"))
        except BuyQueueError as error:
            log.warning("height.unanswered", why=error.text)
            return None
        return height > flight.last_valid_block_height + 1 + self._rules.margin_blocks

    async def _examine(self, flight: Flight) -> Verdict:
        last_valid, margin = flight.last_valid_block_height, self._rules.margin_blocks
        lifetime = Lifetime(flight.searched_from, last_valid)
        return await examine(self._nodes, flight.signature, lifetime, margin, flight.sought)
