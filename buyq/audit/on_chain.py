"""Comparing an export with the chain: of each landed transaction, whether both say the same."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from solders.signature import Signature

from streams.chain.fill import fill_of
from streams.chain.nodes import Nodes


@dataclass(frozen=True, slots=True)
class Landed:
    """A buy of an export whose transaction is said to have landed."""

    job_id: str
    signature: str
    wallet: str
    mint: str
    bought: bool
    slot: str
    lamports_spent: str
    tokens_received: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What the chain says of one buy; `differs` is empty where it says the same."""

    buy: Landed
    differs: tuple[str, ...]


def landed(table: str) -> Iterator[Landed]:
    """Answer the buys of an export's table that name a landed transaction."""
    for row in csv.DictReader(io.StringIO(table)):
        if row["signature"] and row["slot"]:
            yield Landed(
                row["jobId"],
                row["signature"],
                row["wallet"],
                row["mint"],
                row["status"] == "completed",
                row["slot"],
                row["lamportsSpent"],
                row["tokensReceived"],
            )


async def compare(nodes: Nodes, buy: Landed) -> Compared:
    """Ask the nodes for the transaction, and compare.

    Raises Unavailable if no node has it and one does not answer. What is no signature differs: a
    node refuses to be asked for it, as if it could not answer.
    """
    try:
        Signature.from_string(buy.signature)
    except ValueError:
        return Compared(buy, ("this is no signature",))
    options = {
        "encoding": "json",
        "commitment": "confirmed",
        "maxSupportedTransactionVersion": 0,
    }
    answer = await nodes.find("getTransaction", buy.signature, options)
    if answer is None:
        return Compared(buy, ("no node has this transaction",))
    return Compared(buy, tuple(_differences(buy, answer)))


def _differences(buy: Landed, answer: Any) -> Iterator[str]:
    signatures = answer["transaction"]["signatures"]
    if not signatures or signatures[0] != buy.signature:
        yield f"the node answered with transaction {signatures[:1]}"
    keys = answer["transaction"]["message"]["accountKeys"]
    if buy.wallet not in keys:
        yield "the wallet is not in this transaction"
        return
    fill = fill_of(answer, buy.wallet, buy.mint)
    if (fill.error is None) != buy.bought:
        yield f"the chain says {'it failed' if fill.error else 'it succeeded'}"
    pairs = [
        ("slot", buy.slot, fill.slot),
        ("lamports spent", buy.lamports_spent, fill.lamports_spent),
    ]
    if buy.bought:
        pairs.append(("tokens received", buy.tokens_received, fill.tokens_received))
    for name, said, found in pairs:
        if said != str(found):
            yield f"{name}: {said} in the export, {found} on the chain"
