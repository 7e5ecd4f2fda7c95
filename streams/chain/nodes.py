"""The configured RPC nodes, as one thing to ask."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from buyqueue.clock import Clock
from buyqueue.errors import BuyQueueError, Code, Unavailable
from buyqueue.gathering import Gathering
from buyqueue.rpc import RpcError, RpcNode
from streams.chain.accounts import Account, account_of

READ_ROUNDS: Final = 3
PAUSE_S: Final = 0.25
MOST: Final = 100
"""Accounts that `getMultipleAccounts` answers at once."""
_CONFIRMED: Final = {"encoding": "base64", "commitment": "confirmed"}


@dataclass(frozen=True, slots=True)
class Seen:
    """Accounts as one answer of one node shows them, in the order in which they were asked for."""

    slot: int
    accounts: tuple[Account | None, ...]


class Nodes:
    """Reads from the first node that answers; offers all of them where every word counts."""

    def __init__(self, nodes: Sequence[RpcNode], clock: Clock) -> None:
        if not nodes:
            raise ValueError("at least one RPC node is needed")
        self.all = tuple(nodes)
        self._clock = clock
        self._seen = Gathering(self._look)
        self._told = Gathering(self._ask_heights)

    async def read(self, method: str, *params: Any) -> Any:
        """Ask the nodes in turn, a few rounds, and answer the first result.

        For reads only: it repeats. Raises Unavailable(RPC_UNAVAILABLE) if no node answers, and
        for a JSON-RPC error too: that is never an outcome.
        """
        last: BuyQueueError | None = None
        for round_ in range(READ_ROUNDS):
            for node in self.all:
                try:
                    return await node.call(method, *params)
                except (Unavailable, RpcError) as error:
                    last = error
            await self._clock.sleep(PAUSE_S * 2**round_)
        raise Unavailable(Code.RPC_UNAVAILABLE, last.text if last else method)

    async def find(self, method: str, *params: Any) -> Any:
        """Ask the nodes in turn, a few rounds, for what one of them has; None if each says null.

        For reads only, as above. A node that forgets what is old says null as if it had never been.
        Raises Unavailable(RPC_UNAVAILABLE) if nobody has it and not every node said so.
        """
        left, last = list(self.all), method
        for round_ in range(READ_ROUNDS):
            unanswered = []
            for node in left:
                try:
                    if (found := await node.call(method, *params)) is not None:
                        return found
                except (Unavailable, RpcError) as error:
                    last = error.text
                    unanswered.append(node)
            if not unanswered:
                return None
            left = unanswered
            await self._clock.sleep(PAUSE_S * 2**round_)
        raise Unavailable(Code.RPC_UNAVAILABLE, last)

    async def accounts(self, keys: Sequence[str]) -> Seen:
        """Answer up to 100 accounts as of `confirmed`, read after this was called.

        Whoever asks at the same time shares the call. Raises Unavailable if no node answers,
        ValueError if there are more.
        """
        if len(set(keys)) > MOST:
            raise ValueError(f"{len(set(keys))} accounts, and a node answers {MOST} at once")
        seen = await self._seen.answer(tuple(keys))
        if seen is None:
            raise Unavailable(Code.RPC_UNAVAILABLE, "getMultipleAccounts: no answer")
        return seen

    async def height(self, node: RpcNode, commitment: str) -> int:
        """Answer a node's block height, told after this was called; raises what its call does."""
        told = await self._told.answer((node, commitment))
        if isinstance(told, BuyQueueError):
            raise told
        if told is None:
            raise Unavailable(Code.RPC_UNAVAILABLE, "getBlockHeight: no answer")
        return told

    async def heights(self, commitment: str) -> list[int]:
        """Answer the block heights of the nodes that answer; raises Unavailable if none does."""
        answers = await asyncio.gather(
            *(self.height(node, commitment) for node in self.all), return_exceptions=True
        )
        heights = [answer for answer in answers if not isinstance(answer, BaseException)]
        if not heights:
            raise Unavailable(Code.RPC_UNAVAILABLE, "no node told its block height")
        return heights

    async def _look(self, asked: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], Seen]:
        found = await asyncio.gather(*map(self._look_together, _packed(asked)))
        return {keys: seen for some in found for keys, seen in some.items()}

    async def _look_together(self, asked: list[tuple[str, ...]]) -> dict[tuple[str, ...], Seen]:
        keys = list(dict.fromkeys(key for one in asked for key in one))
        answer = await self.read("getMultipleAccounts", keys, _CONFIRMED)
        accounts = dict(zip(keys, map(account_of, answer["value"]), strict=True))
        slot = int(answer["context"]["slot"])
        return {one: Seen(slot, tuple(accounts[key] for key in one)) for one in asked}

    async def _ask_heights(
        self, asked: Sequence[tuple[RpcNode, str]]
    ) -> dict[tuple[RpcNode, str], int | BuyQueueError]:
        found = await asyncio.gather(*(_height(node, commitment) for node, commitment in asked))
        return dict(zip(asked, found, strict=True))


async def _height(node: RpcNode, commitment: str) -> int | BuyQueueError:
    try:
        return int(await node.call("getBlockHeight", {"commitment": commitment}))
    except BuyQueueError as error:
        return error


def _packed(asked: Sequence[tuple[str, ...]]) -> list[list[tuple[str, ...]]]:
    """Put questions together, each as a whole, until a node would answer no more at once."""
    packs: list[list[tuple[str, ...]]] = []
    keys: set[str] = set()
    for one in asked:
        if packs and len(keys | set(one)) <= MOST:
            keys |= set(one)
            packs[-1].append(one)
        else:
            keys = set(one)
            packs.append([one])
    return packs
