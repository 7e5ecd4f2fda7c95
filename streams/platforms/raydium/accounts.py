"""How Raydium's programs name accounts in an instruction, and keys in their data. Pure."""

from solders.instruction import AccountMeta
from solders.pubkey import Pubkey


def metas(*told: tuple[Pubkey | str, str]) -> list[AccountMeta]:
    """Name accounts by key and flags: `w` writable, `s` signer."""
    return [
        AccountMeta(Pubkey.from_string(str(key)), is_signer="s" in flags, is_writable="w" in flags)
        for key, flags in told
    ]


def key_at(data: bytes, at: int) -> str:
    """Read a key."""
    return str(Pubkey.from_bytes(data[at : at + 32]))


def raw(key: str) -> bytes:
    """Answer a key's bytes, as seeds are."""
    return bytes(Pubkey.from_string(key))
