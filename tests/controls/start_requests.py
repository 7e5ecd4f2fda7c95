"""One example of what the start route is sent, and of each thing on the chain it may name."""

import json
from typing import Any

from solders.account import Account
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from spl.token.constants import TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID

from tests.controls.events import MINT

WALLET_KEYPAIR = Keypair.from_seed(bytes(range(32)))
WALLET_KEY = str(WALLET_KEYPAIR)
"""Base 58 of 64 bytes."""

UNKNOWN_MINT = str(Keypair.from_seed(b"u" * 32).pubkey())
TOKEN_2022_MINT = str(Keypair.from_seed(b"2" * 32).pubkey())
EXTENDED_MINT = str(Keypair.from_seed(b"e" * 32).pubkey())
OFF_CURVE_MINT = str(Pubkey.find_program_address([b"mint"], TOKEN_PROGRAM_ID)[0])
RAW_MINT = str(Keypair.from_seed(b"r" * 32).pubkey())
"""Big enough to be a mint, and not initialised."""
TOKEN_ACCOUNT = str(Keypair.from_seed(b"a" * 32).pubkey())
OTHER_ACCOUNT = str(Keypair.from_seed(b"o" * 32).pubkey())

_LAMPORTS = 10_000_000


def example(**other: Any) -> dict[str, Any]:
    """A body that is accepted; what is given as `...` is left out."""
    fields: dict[str, Any] = {
        "userId": "user123",
        "tokenAddress": MINT,
        "buyAmount": 0.1,
        "walletPrivateKey": WALLET_KEY,
    }
    return {name: value for name, value in (fields | other).items() if value is not ...}


def raw(field: str, literal: str) -> bytes:
    """The body with one field written exactly so: what no serialiser would write."""
    marker = "@here@"
    return json.dumps(example(**{field: marker})).replace(f'"{marker}"', literal).encode()


def accounts() -> dict[str, Account]:
    """What stands at the addresses above."""
    mint = _mint_bytes()
    token, newer = TOKEN_PROGRAM_ID, TOKEN_2022_PROGRAM_ID
    return {
        MINT: _account(mint, token),
        OFF_CURVE_MINT: _account(mint, token),
        TOKEN_2022_MINT: _account(mint, newer),
        EXTENDED_MINT: _account(mint + bytes(83) + b"\x01" + bytes(40), newer),
        RAW_MINT: _account(bytes(82), token),
        TOKEN_ACCOUNT: _account(bytes(108) + b"\x01" + bytes(56), token),
        OTHER_ACCOUNT: _account(b"data", Pubkey(b"p" * 32)),
        str(WALLET_KEYPAIR.pubkey()): _account(b"", Pubkey.default()),
    }


def _mint_bytes() -> bytes:
    supply, decimals, initialized = bytes(8), b"\x06", b"\x01"
    return bytes(36) + supply + decimals + initialized + bytes(36)


def _account(data: bytes, owner: Pubkey) -> Account:
    return Account(_LAMPORTS, data, owner)
