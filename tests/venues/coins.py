"""Mints and token accounts for markets, made by the token programs themselves."""

import struct
from collections.abc import Sequence

from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, create_account

from buyqueue.mints import MINT_SIZE, TOKEN_ACCOUNT_SIZE, TOKEN_PROGRAM
from streams.chain.accounts import WRAPPED_SOL, associated_token_account
from streams.chain.instructions import create_token_account, wrap
from tests.token_2022 import Extension
from tests.venues.ground import Ground

DECIMALS = 6


def metas(*told: tuple[Pubkey | str, str]) -> list[AccountMeta]:
    """Accounts by key and flags: `w` writable, `s` signer."""
    return [
        AccountMeta(Pubkey.from_string(str(key)), "s" in flags, "w" in flags) for key, flags in told
    ]


def key_by(first_byte: int | None) -> Keypair:
    """A new key; with a first byte of one's own, so that it sorts before or behind another."""
    key = Keypair()
    while first_byte is not None and bytes(key.pubkey())[0] != first_byte:
        key = Keypair()
    return key


def make_coin(
    ground: Ground,
    program: str = TOKEN_PROGRAM,
    supply: int = 10**15,
    extensions: Sequence[Extension] = (),
    key: Keypair | None = None,
) -> str:
    """Make a coin whose whole supply is the maker's; answer its mint."""
    key, maker, token = key or Keypair(), ground.maker.pubkey(), Pubkey.from_string(program)
    size = MINT_SIZE
    if extensions:
        size = TOKEN_ACCOUNT_SIZE + 1 + sum(4 + one.size for one in extensions)
    opened = create_account(
        CreateAccountParams(
            from_pubkey=maker,
            to_pubkey=key.pubkey(),
            lamports=ground.chain.accounts.svm.minimum_balance_for_rent_exemption(size),
            space=size,
            owner=token,
        )
    )
    mint = metas((key.pubkey(), "w"))
    begun = [Instruction(token, one.begin, mint) for one in extensions]
    plain = Instruction(token, b"\x14" + bytes([DECIMALS]) + bytes(maker) + b"\x00", mint)
    account = associated_token_account(str(maker), str(key.pubkey()), program)
    minted = Instruction(
        token,
        b"\x07" + struct.pack("<Q", supply),
        metas((key.pubkey(), "w"), (account, "w"), (maker, "s")),
    )
    own = create_token_account(str(maker), str(key.pubkey()), program)
    ground.send(opened, *begun, plain, own, minted, signers=[key])
    return str(key.pubkey())


def wrap_sol(ground: Ground, lamports: int) -> str:
    """Wrap SOL of the maker's; answer the account."""
    ground.send(*wrap(str(ground.maker.pubkey()), lamports))
    return associated_token_account(str(ground.maker.pubkey()), WRAPPED_SOL, TOKEN_PROGRAM)
