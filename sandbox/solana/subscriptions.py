"""What a subscriber waits for, and how it looks when it comes."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from solders.account import Account
from solders.pubkey import Pubkey

from sandbox.solana.rpc.params import Params, pubkey, signature
from sandbox.solana.rpc.shapes import account_shape, with_context
from sandbox.solana.view import View, commitment_of


class Subscription(Protocol):
    """One subscription of one client."""

    notification: str
    once: bool

    def news(self, view: View) -> Any:
        """Answer what to notify since the last time; None for nothing."""


class OfSignature:
    """Told once, when the transaction has reached the commitment."""

    notification = "signatureNotification"
    once = True

    def __init__(self, _view: View, params: Params) -> None:
        self._signature = signature(params.get(0))
        self._commitment = commitment_of(params.config(1))

    def news(self, view: View) -> Any:
        """Answer the outcome once it is there."""
        bank = view.at(self._commitment)
        record = bank.record(self._signature)
        return with_context(bank, {"err": record.outcome.err}) if record else None


class OfSlot:
    """Told for every block; skipped slots are not told."""

    notification = "slotNotification"
    once = False

    def __init__(self, view: View, _params: Params) -> None:
        self._last = view.at("processed").block.slot

    def news(self, view: View) -> Any:
        """Answer the newest slot."""
        block = view.at("processed").block
        if block.slot == self._last:
            return None
        self._last = block.slot
        root = view.at("finalized").block.slot
        return {"slot": block.slot, "parent": block.parent_slot, "root": root}


class OfAccount:
    """Told when the account is not what it was, at the commitment."""

    notification = "accountNotification"
    once = False

    def __init__(self, view: View, params: Params) -> None:
        self._pubkey: Pubkey = pubkey(params.get(0))
        self._config = params.config(1)
        self._commitment = commitment_of(self._config)
        self._last: Account | None = view.at(self._commitment).account(self._pubkey)

    def news(self, view: View) -> Any:
        """Answer the account when it changed; a closed one has no lamports."""
        bank = view.at(self._commitment)
        account = bank.account(self._pubkey)
        if account == self._last:
            return None
        self._last = account
        shown = account or Account(0, b"", Pubkey.default())
        return with_context(bank, account_shape(bank, shown, self._config))


OPENERS: Mapping[str, Callable[[View, Params], Subscription]] = {
    "signatureSubscribe": OfSignature,
    "slotSubscribe": OfSlot,
    "accountSubscribe": OfAccount,
}
