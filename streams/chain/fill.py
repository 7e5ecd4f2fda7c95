"""What a landed transaction did to the wallet, by its own metadata. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from buyqueue.events.values import Fees
from streams.chain.accounts import WRAPPED_SOL
from streams.chain.spending import account_keys, spendings

LAMPORTS_PER_SIGNATURE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Fill:
    """The wallet's change: lamports out, base units in, and what the lamports were for.

    lamports_spent + fees.rent_returned = price_lamports + network + priority + rent + tip.
    """

    slot: int
    lamports_spent: int
    """SOL and wrapped SOL as one; 0 where the wallet gained."""
    price_lamports: int
    tokens_received: int
    token_decimals: int
    fees: Fees
    error: Any


def fill_of(
    transaction: Any, wallet: str, mint: str, tip_accounts: Collection[str] = frozenset()
) -> Fill:
    """Read a `getTransaction` answer (encoding `json`).

    Rent is what opened the wallet's token accounts, and what the wallet gave to create others; NB:
    what tops up an account that is there already cannot be told from a payment, and is price.
    """
    meta = transaction["meta"]
    books = _Books(transaction, wallet)
    spent = books.change(wallet) + sum(map(books.change, books.wrapped))
    signatures = len(transaction["transaction"]["signatures"])
    network = min(int(meta["fee"]), LAMPORTS_PER_SIGNATURE * signatures)
    opened, created, tip = 0, 0, 0
    if meta["err"] is None:
        opened = max(0, -sum(map(books.change, books.after - books.before)))
        for each in spendings(transaction):
            if each.source == wallet and each.creates and each.target not in books.own:
                created += min(each.lamports, books.left(each.target))
            elif each.source == wallet and each.target in tip_accounts:
                tip += each.lamports
    fees = Fees(
        network=network,
        priority=int(meta["fee"]) - network,
        rent=opened + created,
        rent_returned=max(0, sum(map(books.change, books.before - books.after))),
        tip=tip,
    )
    costs = fees.network + fees.priority + fees.rent + fees.tip
    return Fill(
        slot=int(transaction["slot"]),
        lamports_spent=max(0, spent),
        price_lamports=max(0, spent + fees.rent_returned - costs),
        tokens_received=max(0, books.tokens("post", mint) - books.tokens("pre", mint)),
        token_decimals=books.decimals(mint),
        fees=fees,
        error=meta["err"],
    )


class _Books:
    """The lamports and token accounts of one transaction, by key."""

    def __init__(self, transaction: Any, wallet: str) -> None:
        self._meta = transaction["meta"]
        self._keys = account_keys(transaction)
        self._at = {key: index for index, key in enumerate(self._keys)}
        self._wallet = wallet
        before, after = self._held("pre"), self._held("post")
        self.own = {key for key, _ in before | after}
        self.wrapped = {key for key, mint in before | after if mint == WRAPPED_SOL}
        self.before = {key for key, _ in before} - self.wrapped
        self.after = {key for key, _ in after} - self.wrapped

    def change(self, key: str) -> int:
        """Answer the lamports that left an account; negative for what came in."""
        index = self._at[key]
        return int(self._meta["preBalances"][index]) - int(self._meta["postBalances"][index])

    def left(self, key: str) -> int:
        """Answer the lamports that an account has now."""
        return int(self._meta["postBalances"][self._at[key]])

    def tokens(self, when: str, mint: str) -> int:
        """Add up what the wallet holds of a mint, base units."""
        return sum(
            int(entry["uiTokenAmount"]["amount"])
            for entry in self._entries(when)
            if entry.get("owner") == self._wallet and entry["mint"] == mint
        )

    def decimals(self, mint: str) -> int:
        """Answer a mint's decimals; 0 where nobody holds any."""
        found = (
            int(entry["uiTokenAmount"]["decimals"])
            for entry in self._entries("post")
            if entry["mint"] == mint
        )
        return next(found, 0)

    def _held(self, when: str) -> set[tuple[str, str]]:
        return {
            (self._keys[entry["accountIndex"]], entry["mint"])
            for entry in self._entries(when)
            if entry.get("owner") == self._wallet
        }

    def _entries(self, when: str) -> list[Any]:
        return self._meta[f"{when}TokenBalances"] or []
