"""Whether an address is a mint, by the chain's word."""

import base64
import binascii
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from api.orders.token_address import invalid_token
from buyqueue.errors import Code, Unavailable
from buyqueue.mints import SYSTEM_PROGRAM, TOKEN_PROGRAMS, is_mint, mint_decimals
from buyqueue.rpc import RpcError, RpcNode


def refusal(account: Any) -> str | None:
    """Say why an account, as `getAccountInfo` answers it, is no mint; None if it is one."""
    if account is None:
        return "there is nothing at this address on the chain; check it, and the network"
    owner, data = str(account["owner"]), _data(account)
    if owner == SYSTEM_PROGRAM:
        return "this is a wallet, not a token; send the token's mint"
    if owner not in TOKEN_PROGRAMS:
        return "this account does not belong to a token program; send the token's mint"
    if is_mint(owner, data):
        return (
            None if mint_decimals(owner, data) is not None else "this mint is not initialised yet"
        )
    return "this is a token account, which holds a token; send the token's mint"


class Mints:
    """Asks the nodes, and remembers the mints it has found: what is a mint stays one.

    NB: a Token-2022 mint can be closed; the worker looks again before it buys.
    """

    def __init__(self, nodes: Sequence[RpcNode], *, remember: int = 10_000) -> None:
        self._nodes = nodes
        self._remember = remember
        self._known: OrderedDict[str, None] = OrderedDict()

    async def check(self, mint: str) -> None:
        """Return if this is a mint by the word of any node.

        Raises InvalidInput(INVALID_TOKEN_ADDRESS) if it is not, Unavailable(RPC_UNAVAILABLE) if
        no node answers. A node may be behind, so one that knows the mint outweighs the others.
        """
        if mint in self._known:
            self._known.move_to_end(mint)
            return
        refused: str | None = None
        failed: Exception | None = None
        for node in self._nodes:
            try:
                refused = refusal(await self._account(node, mint))
            except (Unavailable, RpcError) as error:
                failed = error
                continue
            if refused is None:
                self._known[mint] = None
                while len(self._known) > self._remember:
                    self._known.popitem(last=False)
                return
        if refused is None:
            raise Unavailable(
                Code.RPC_UNAVAILABLE,
                "No Solana node could be asked about the token; nothing was queued, try again",
            ) from failed
        raise invalid_token(refused)

    async def _account(self, node: RpcNode, mint: str) -> Any:
        answer = await node.call(
            "getAccountInfo", mint, {"encoding": "base64", "commitment": "confirmed"}
        )
        value = answer.get("value", answer) if isinstance(answer, dict) else answer
        if value is not None and not (isinstance(value, dict) and "owner" in value):
            raise Unavailable(Code.RPC_UNAVAILABLE, f"{node.name}: no answer to getAccountInfo")
        return value


def _data(account: Any) -> bytes:
    try:
        return base64.b64decode(account["data"][0], validate=True)
    except (binascii.Error, LookupError, TypeError):
        return b""
