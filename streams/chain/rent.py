"""Rent that a wallet pays for what a buy opens."""

from typing import Final

from streams.chain.accounts import Account, lamports_of, token_account_of

_OVERHEAD: Final = 128
"""Bytes that an account's own entry costs beside its data."""
_PER_BYTE: Final = 6_960
"""Lamports: 3480 a year, and two years are paid ahead (Solana `Rent::default`)."""

TOKEN_ACCOUNT_RENT: Final = 2_039_280
"""Rent exemption of 165 bytes: (165 + 128) * 3480 * 2 lamports (Solana `Rent::default`).
A Token-2022 account may need a little more; a simulation tells what it really is."""


def token_account_rent(account: Account | None) -> int:
    """Answer what it costs to open a token account at an address: 0 where one is.

    NB: anybody can send lamports to an address beforehand. They open nothing, and count as paid.
    """
    if token_account_of(account):
        return 0
    return max(0, TOKEN_ACCOUNT_RENT - lamports_of(account))


def rent_exemption(size: int) -> int:
    """Answer the lamports that keep an account with so many bytes of data for good."""
    return (size + _OVERHEAD) * _PER_BYTE
