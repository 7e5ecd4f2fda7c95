"""The parts of a fill are what was paid, and they add up to the wallet's change."""

import struct
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from buyqueue.base58 import encode
from buyqueue.mints import SYSTEM_PROGRAM
from streams.chain.accounts import WRAPPED_SOL
from streams.chain.fill import Fill, fill_of
from tests.controls.events import MINT, WALLET

LAMPORTS = st.integers(0, 10**12)
SOME = st.integers(1, 10**8)
KEYS = (WALLET, "pool", "ata", "wrapped", "volume", "jito", "old", SYSTEM_PROGRAM)
POOL, ATA, WRAPPED, VOLUME, JITO, OLD, SYSTEM = range(1, 8)


def held(index: int, mint: str, amount: int = 0) -> dict[str, Any]:
    tokens = {"amount": str(amount), "decimals": 6}
    return {"accountIndex": index, "mint": mint, "owner": WALLET, "uiTokenAmount": tokens}


class Ledger:
    """Writes a transaction's metadata while lamports are moved."""

    def __init__(self, wallet: int, wrapped: int | None, old: int | None) -> None:
        self.before = [wallet, 10**10, 0, wrapped or 0, 0, 7, old or 0, 1]
        self.after = list(self.before)
        self.pre = [held(WRAPPED, WRAPPED_SOL)] if wrapped is not None else []
        self.post = list(self.pre)
        if old is not None:
            self.pre.append(held(OLD, "another mint"))
            self.post.append(held(OLD, "another mint"))
        self.fee = 0
        self.inner: list[dict[str, Any]] = []

    def move(self, source: int, target: int, lamports: int) -> None:
        self.after[source] -= lamports
        self.after[target] += lamports

    def system(self, kind: int, target: int, lamports: int) -> None:
        """Move lamports from the wallet by an inner instruction of the system program."""
        self.move(0, target, lamports)
        data = struct.pack("<IQ", kind, lamports) + (bytes(40) if kind == 0 else b"")
        self.inner.append({"programIdIndex": SYSTEM, "accounts": [0, target], "data": encode(data)})

    def answer(self) -> dict[str, Any]:
        message = {"accountKeys": list(KEYS), "instructions": []}
        meta: dict[str, Any] = {
            "err": None,
            "fee": self.fee,
            "preBalances": self.before,
            "postBalances": self.after,
            "preTokenBalances": self.pre,
            "postTokenBalances": self.post,
            "innerInstructions": [{"index": 0, "instructions": self.inner}],
            "loadedAddresses": {"writable": [], "readonly": []},
        }
        return {"slot": 7, "transaction": {"signatures": ["s"], "message": message}, "meta": meta}


@given(
    wallet=st.integers(10**12, 10**15),
    wrapped=st.none() | st.integers(10**10, 10**12),
    old=st.none() | SOME,
    price=st.integers(0, 10**9),
    priority=SOME,
    rents=st.tuples(SOME, SOME),
    tip=LAMPORTS.filter(lambda lamports: lamports < 10**9),
    opens=st.tuples(st.booleans(), st.booleans()),
    unwraps=st.booleans(),
    closes=st.booleans(),
)
def test_every_part_is_what_was_paid_and_the_parts_sum_to_the_change(
    wallet: int,
    wrapped: int | None,
    old: int | None,
    price: int,
    priority: int,
    rents: tuple[int, int],
    tip: int,
    opens: tuple[bool, bool],
    unwraps: bool,  # noqa: FBT001
    closes: bool,  # noqa: FBT001
) -> None:
    books = Ledger(wallet, wrapped, old)
    books.fee = 5_000 + priority
    books.after[0] -= books.fee
    rent = 0
    if opens[0]:
        rent += rents[0]
        books.system(0, ATA, rents[0])
        books.post.append(held(ATA, MINT, 55))
    if opens[1]:
        rent += rents[1]
        books.system(0, VOLUME, rents[1])
    if wrapped is None:
        books.system(2, POOL, price)
    else:
        books.move(WRAPPED, POOL, price)
        if unwraps:
            books.move(WRAPPED, 0, books.after[WRAPPED])
            books.post.remove(held(WRAPPED, WRAPPED_SOL))
    books.system(2, JITO, tip)
    returned = 0
    if old is not None and closes:
        returned = old
        books.move(OLD, 0, old)
        books.post.remove(held(OLD, "another mint"))
    fill = fill_of(books.answer(), WALLET, MINT, {"jito"})
    assert (price, 5_000, priority, rent, tip, returned) == parts(fill)
    spent = price + 5_000 + priority + rent + tip - returned
    assert (max(0, spent), 55 if opens[0] else 0) == (fill.lamports_spent, fill.tokens_received)


def parts(fill: Fill) -> tuple[int, ...]:
    fees = fill.fees
    mine = (fees.network, fees.priority, fees.rent, fees.tip, fees.rent_returned)
    return (fill.price_lamports, *mine)
