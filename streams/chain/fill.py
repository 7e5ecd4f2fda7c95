"""What a landed transaction did to the wallet, by its own metadata. Pure."""

from dataclasses import dataclass
from typing import Any, Final

from buyqueue.events.events import Fees

LAMPORTS_PER_SIGNATURE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Fill:
    """The wallet's change: lamports out, base units in, and the fees among the lamports."""

    slot: int
    lamports_spent: int
    tokens_received: int
    token_decimals: int
    fees: Fees
    error: Any


def fill_of(transaction: Any, wallet: str, mint: str) -> Fill:
    """Read a `getTransaction` answer (encoding `json`)."""
    meta = transaction["meta"]
    keys = _account_keys(transaction)
    index = keys.index(wallet)
    before, after = meta["preBalances"], meta["postBalances"]
    held_before = _held(meta["preTokenBalances"], wallet, mint)
    held_after = _held(meta["postTokenBalances"], wallet, mint)
    signatures = len(transaction["transaction"]["signatures"])
    network = min(int(meta["fee"]), LAMPORTS_PER_SIGNATURE * signatures)
    rent = sum(
        max(0, after[entry["accountIndex"]] - before[entry["accountIndex"]])
        for entry in meta["postTokenBalances"]
        if entry.get("owner") == wallet and entry["mint"] == mint
    )
    decimals = next(
        (
            int(entry["uiTokenAmount"]["decimals"])
            for entry in meta["postTokenBalances"]
            if entry["mint"] == mint
        ),
        0,
    )
    return Fill(
        slot=int(transaction["slot"]),
        lamports_spent=max(0, before[index] - after[index]),
        tokens_received=max(0, held_after - held_before),
        token_decimals=decimals,
        fees=Fees(network=network, priority=int(meta["fee"]) - network, rent=rent),
        error=meta["err"],
    )


def _account_keys(transaction: Any) -> list[str]:
    """List the static keys, then those of lookup tables: writable ones, then read-only ones."""
    loaded = transaction["meta"].get("loadedAddresses") or {}
    static = transaction["transaction"]["message"]["accountKeys"]
    return [*static, *loaded.get("writable", []), *loaded.get("readonly", [])]


def _held(balances: list[Any], wallet: str, mint: str) -> int:
    return sum(
        int(entry["uiTokenAmount"]["amount"])
        for entry in balances
        if entry.get("owner") == wallet and entry["mint"] == mint
    )
