"""Looking for a message on the chain, whatever signature its wallet has put to it.

A wallet may sign one message in many valid ways (some signers draw a random number for each), and
a status is asked for by signature. So a node is asked for every transaction that names the
wallet, and each signature is tried on the message: a transaction is named by its first one, which
is the fee payer's. The chain itself lands a message at most once, under whichever signature
(Agave's status cache knows transactions by the hash of their message, too).
"""

from dataclasses import dataclass
from typing import Any, Final

from solders.pubkey import Pubkey
from solders.signature import Signature

from buyqueue.rpc import RpcNode
from streams.chain.transactions import read_unsigned

PAGE: Final = 1_000
"""The most signatures that `getSignaturesForAddress` answers."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A message that its wallet pays for, and a slot that was final before anybody had it."""

    wallet: str
    message: bytes
    searched_from: int

    def signed_by(self, signature: str) -> bool:
        """Tell whether this is the wallet's signature of the message."""
        return Signature.from_string(signature).verify(
            Pubkey.from_string(self.wallet), self.message
        )


def sought(transaction: str, wallet: str, searched_from: int) -> Sought:
    """Say what to look for, by a transaction that was asked for, signed or not."""
    return Sought(wallet, read_unsigned(transaction, wallet).message_bytes, searched_from)


async def landed_as(node: RpcNode, wanted: Sought, slot: int) -> str | None:
    """Answer the signature under which a message has landed and is finalized, None for none.

    The node's answer is as of `slot`, a finalized one, or newer; NB: as far as its history goes.
    Raises RpcError and Unavailable.
    """
    before: dict[str, Any] = {}
    while True:
        config = {"commitment": "finalized", "minContextSlot": slot, "limit": PAGE, **before}
        page = await node.call("getSignaturesForAddress", wanted.wallet, config)
        for entry in page:
            if int(entry["slot"]) < wanted.searched_from:
                return None
            if wanted.signed_by(str(entry["signature"])):
                return str(entry["signature"])
        if len(page) < PAGE:
            return None
        before = {"before": page[-1]["signature"]}
