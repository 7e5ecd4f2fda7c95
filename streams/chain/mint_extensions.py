"""What a Token-2022 mint carries beside the plain mint. Pure.

Layout: 165 bytes of base (a mint's 82, zero-padded), one byte for the kind (1 = mint), then
entries of u16 type, u16 length, data, all little-endian (spl-token-2022 `extension/mod.rs`; each
extension's own layout stands in its file there).
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from solders.pubkey import Pubkey

from buyqueue.mints import TOKEN_ACCOUNT_SIZE

MAX_BPS: Final = 10_000
_ENTRIES_AT: Final = TOKEN_ACCOUNT_SIZE + 1
_HEAD: Final = struct.Struct("<HH")
_FEE: Final = struct.Struct("<QQH")
_OLDER_FEE_AT, _NEWER_FEE_AT = 72, 90

_FEE_CONFIG, _DEFAULT_STATE, _NON_TRANSFERABLE = 1, 6, 9
_PERMANENT_DELEGATE, _HOOK, _PAUSABLE = 12, 14, 26
_FROZEN: Final = 2
_HARMLESS: Final = frozenset({3, 4, 10, 16, 18, 19, 20, 21, 22, 23, 24, 25, 28})
"""Close authority, confidential transfers (4, 16, 24), interest and scaled amounts (display
only: 10, 25), metadata and groups (18 to 23), permissioned burn: none touches a plain transfer."""


@dataclass(frozen=True, slots=True)
class TransferFee:
    """What the token program withholds from each transfer."""

    bps: int
    most: int
    """Base units."""

    def arriving(self, amount: int) -> int:
        """Answer what is left of a transfer; base units. The fee is rounded up."""
        return amount - min(self.most, -(-amount * self.bps // MAX_BPS))


NO_FEE: Final = TransferFee(0, 0)


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """A fee and the one that follows it from an epoch on."""

    older: TransferFee
    newer: TransferFee
    newer_from_epoch: int

    def at(self, epoch: int) -> TransferFee:
        """Answer the fee of an epoch."""
        return self.newer if epoch >= self.newer_from_epoch else self.older


@dataclass(frozen=True, slots=True)
class MintExtensions:
    """What of a mint's extensions can touch a transfer."""

    fees: FeeSchedule | None = None
    hook_program: str | None = None
    """Runs in every transfer."""
    starts_frozen: bool = False
    """A new account cannot receive until somebody thaws it."""
    non_transferable: bool = False
    permanent_delegate: str | None = None
    """May move or burn what anybody holds."""
    paused: bool = False
    unknown: tuple[int, ...] = ()
    """Types that are newer than this list."""


def mint_extensions(data: bytes) -> MintExtensions:
    """Read a mint's extensions; a plain mint has none."""
    found = dict(_entries(data))
    return MintExtensions(
        fees=_fees(found.get(_FEE_CONFIG)),
        hook_program=_key(found.get(_HOOK), 32),
        starts_frozen=found.get(_DEFAULT_STATE, b"\x00")[0] == _FROZEN,
        non_transferable=_NON_TRANSFERABLE in found,
        permanent_delegate=_key(found.get(_PERMANENT_DELEGATE), 0),
        paused=_PAUSABLE in found and found[_PAUSABLE][32] != 0,
        unknown=_unknown(found),
    )


def _entries(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = _ENTRIES_AT
    while at + _HEAD.size <= len(data):
        kind, length = _HEAD.unpack_from(data, at)
        if kind == 0:
            return
        at += _HEAD.size
        yield kind, data[at : at + length]
        at += length


def _unknown(found: Mapping[int, bytes]) -> tuple[int, ...]:
    read = {
        _FEE_CONFIG, _DEFAULT_STATE, _NON_TRANSFERABLE, _PERMANENT_DELEGATE, _HOOK, _PAUSABLE,
    }  # fmt: skip
    return tuple(sorted(found.keys() - read - _HARMLESS))


def _fees(data: bytes | None) -> FeeSchedule | None:
    if data is None:
        return None
    _, older_most, older_bps = _FEE.unpack_from(data, _OLDER_FEE_AT)
    epoch, newer_most, newer_bps = _FEE.unpack_from(data, _NEWER_FEE_AT)
    return FeeSchedule(
        older=TransferFee(older_bps, older_most),
        newer=TransferFee(newer_bps, newer_most),
        newer_from_epoch=epoch,
    )


def _key(data: bytes | None, at: int) -> str | None:
    """Read an optional key: all zero means none."""
    if data is None or not any(data[at : at + 32]):
        return None
    return str(Pubkey.from_bytes(data[at : at + 32]))
