"""Making coins on pump.fun's real programs, and moving them to their pool."""

import struct
from collections.abc import Sequence

from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from sandbox.solana.programs import KNOWN
from streams.chain.accounts import WRAPPED_SOL, associated_token_account
from streams.chain.rent import rent_exemption
from tests.venues.ground import Ground
from tests.venues.pump.state import AMM, PUMP, derived

SYSTEM = Pubkey.default()
TOKEN = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
TOKEN_2022 = Pubkey.from_string("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")
ATA = Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")
RENT = Pubkey.from_string("SysvarRent111111111111111111111111111111111")
METADATA = Pubkey.from_string(KNOWN["mpl_token_metadata"])
MAYHEM = Pubkey.from_string(KNOWN["mayhem_program"])
WRAPPED = Pubkey.from_string(WRAPPED_SOL)


def account(owner: Pubkey, mint: Pubkey, program: Pubkey) -> Pubkey:
    return Pubkey.from_string(associated_token_account(str(owner), str(mint), str(program)))


def metas(keys: Sequence[Pubkey], writable: str, signers: Sequence[Pubkey]) -> list[AccountMeta]:
    """Write an account list; `writable` has a `w` where an account is written."""
    return [
        AccountMeta(key, is_signer=key in signers, is_writable=flag == "w")
        for key, flag in zip(keys, writable, strict=True)
    ]


def text(*parts: str) -> bytes:
    return b"".join(struct.pack("<I", len(part)) + part.encode() for part in parts)


def curve_of(mint: Pubkey) -> Pubkey:
    return derived(PUMP, b"bonding-curve", bytes(mint))


def create_spl(ground: Ground) -> Pubkey:
    """Create a coin of the first kind: an SPL mint with Metaplex metadata."""
    mint, user = Keypair(), ground.maker.pubkey()
    key = mint.pubkey()
    curve = curve_of(key)
    metadata = derived(METADATA, b"metadata", bytes(METADATA), bytes(key))
    keys = [
        key, derived(PUMP, b"mint-authority"), curve, account(curve, key, TOKEN),
        derived(PUMP, b"global"), METADATA, metadata, user, SYSTEM, TOKEN, ATA, RENT,
        derived(PUMP, b"__event_authority"), PUMP,
    ]  # fmt: skip
    data = bytes.fromhex("181ec828051c0777") + text("Coin", "COIN", "https://x.y") + bytes(user)
    listed = metas(keys, "w-ww--ww------", [key, user])
    ground.send(Instruction(PUMP, data, listed), signers=[mint])
    return key


def create_v2(ground: Ground) -> Pubkey:
    """Create a coin of today's kind: a Token-2022 mint with its own metadata."""
    mint, user = Keypair(), ground.maker.pubkey()
    key = mint.pubkey()
    curve, vault = curve_of(key), derived(MAYHEM, b"sol-vault")
    keys = [
        key, derived(PUMP, b"mint-authority"), curve, account(curve, key, TOKEN_2022),
        derived(PUMP, b"global"), user, SYSTEM, TOKEN_2022, ATA, MAYHEM,
        derived(MAYHEM, b"global-params"), vault, derived(MAYHEM, b"mayhem-state", bytes(key)),
        account(vault, key, TOKEN_2022), derived(PUMP, b"__event_authority"), PUMP,
    ]  # fmt: skip
    data = bytes.fromhex("d6904cec5f8b31b4") + text("Coin", "COIN", "https://x.y")
    listed = metas(keys, "w-ww-w---w-www--", [key, user])
    flags = bytes(user) + b"\0\0"
    ground.send(Instruction(PUMP, data + flags, listed), signers=[mint])
    return key


def migrate(ground: Ground, mint: Pubkey, program: Pubkey) -> Pubkey:
    """Move a complete curve to its pool; answer the pool."""
    user = ground.maker.pubkey()
    curve, authority = curve_of(mint), derived(PUMP, b"pool-authority", bytes(mint))
    pool = derived(AMM, b"pool", b"\0\0", bytes(authority), bytes(mint), bytes(WRAPPED))
    lp_mint = derived(AMM, b"pool_lp_mint", bytes(pool))
    boost = derived(AMM, b"boost_vault", bytes(pool))
    keys = [
        derived(PUMP, b"global"), user, mint, WRAPPED, curve, account(curve, mint, program),
        account(curve, WRAPPED, TOKEN), user, SYSTEM, AMM, pool, authority,
        account(authority, mint, program), account(authority, WRAPPED, TOKEN),
        derived(AMM, b"global_config"), lp_mint, account(authority, lp_mint, TOKEN_2022),
        account(pool, mint, program), account(pool, WRAPPED, TOKEN), program, TOKEN, TOKEN_2022,
        ATA, derived(AMM, b"__event_authority"), RENT, derived(PUMP, b"__event_authority"), PUMP,
        boost, account(boost, WRAPPED, TOKEN),
    ]  # fmt: skip
    listed = metas(keys, "-w--wwww--wwww-wwww---------w", [user])
    ground.send(Instruction(PUMP, bytes.fromhex("bbcb121fceedfe29"), listed))
    return pool


def patch(ground: Ground, key: Pubkey, changes: dict[int, bytes], size: int | None = None) -> None:
    """Overwrite bytes of an account; one that is cut to a size keeps that size's rent only."""
    before = ground.chain.accounts.now(key)
    assert before is not None
    data = bytearray(before.data)
    for at, part in changes.items():
        data[at : at + len(part)] = part
    less = 0 if size is None else rent_exemption(len(data)) - rent_exemption(size)
    ground.put(key, before.owner, bytes(data[:size]), before.lamports - less)
