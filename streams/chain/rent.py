"""Rent that a wallet pays for what a buy opens."""

from typing import Final

TOKEN_ACCOUNT_RENT: Final = 2_039_280
"""Rent exemption of 165 bytes: (165 + 128) * 3480 * 2 lamports (Solana `Rent::default`).
A Token-2022 account may need a little more; a simulation tells what it really is."""
