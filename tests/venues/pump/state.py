"""The configuration that pump.fun keeps on mainnet, written from its programs' IDLs.

Values that matter (rates, thresholds, first reserves) are those of June 2026; recipients are ours.
"""

import struct
from hashlib import sha256
from typing import Final

from solders.pubkey import Pubkey

from sandbox.solana.programs import KNOWN
from tests.venues.ground import SOL, Ground

PUMP, AMM, FEES = (Pubkey.from_string(KNOWN[name]) for name in ("pump", "pump_amm", "pump_fees"))
RESERVED_AT: Final = 483
MIGRATION_FEE: Final = 15_000_001
CURVE_TIERS: Final = ((0, (0, 95, 30)),)
POOL_TIERS: Final = ((0, (2, 93, 30)), (420 * SOL, (20, 5, 95)), (1470 * SOL, (20, 5, 90)))
FLAT: Final = (25, 5, 0)


def named(label: str) -> Pubkey:
    """Answer an address that nobody has the key of."""
    return Pubkey(sha256(label.encode()).digest())


def derived(program: Pubkey, *seeds: bytes) -> Pubkey:
    return Pubkey.find_program_address(list(seeds), program)[0]


def kind(name: str) -> bytes:
    return sha256(f"account:{name}".encode()).digest()[:8]


def several(label: str, count: int) -> bytes:
    return b"".join(sorted(bytes(named(f"{label} {index}")) for index in range(count)))


def world(authority: Pubkey) -> bytes:
    """Write pump's `Global`."""
    head = struct.pack("<?", True) + bytes(authority) + bytes(named("fee"))  # noqa: FBT003
    first = struct.pack("<5Q", 1_073_000_000_000_000, 30 * SOL, 793_100_000_000_000, 10**15, 95)
    middle = bytes(authority) + struct.pack("<?QQ", True, MIGRATION_FEE, 30)  # noqa: FBT003
    return b"".join([
        kind("Global"), head, first, middle, several("fee", 7), bytes(authority) * 2, b"\1",
        bytes(named("whitelist")), bytes(named("reserved")), b"\1", several("reserved", 7), b"\1",
        several("buyback", 8), struct.pack("<QQ", 5_000, 4_500_000_000), bytes(32),
        struct.pack("<?Q", True, 500), bytes(authority), b"\0\0",  # noqa: FBT003
    ])  # fmt: skip


def amm_world(authority: Pubkey, disabled: int = 0) -> bytes:
    """Write PumpSwap's `GlobalConfig`."""
    return b"".join([
        kind("GlobalConfig"), bytes(authority), struct.pack("<QQB", 20, 5, disabled),
        several("protocol", 8), struct.pack("<Q", 5), bytes(authority), bytes(named("whitelist")),
        bytes(named("reserved")), b"\1", several("reserved", 7), b"\1", several("buyback", 8),
        struct.pack("<Q", 5_000), bytes(authority), b"\1", struct.pack("<?Q", True, 500),  # noqa: FBT003
    ])  # fmt: skip


def schedule(program: Pubkey, tiers: tuple[tuple[int, tuple[int, int, int]], ...]) -> bytes:
    """Write a `FeeConfig`, with as many tiers for stable coins as for SOL."""
    _, bump = Pubkey.find_program_address([b"fee_config", bytes(program)], FEES)
    rows = b"".join(
        threshold.to_bytes(16, "little") + struct.pack("<3Q", *rates) for threshold, rates in tiers
    )
    listed = struct.pack("<I", len(tiers)) + rows
    flat = struct.pack("<3Q", *FLAT)
    text = kind("FeeConfig") + bytes([bump]) + bytes(32) + flat + listed + listed + bytes(24)
    return text.ljust(4_096, b"\0")


def volume() -> bytes:
    """Write a `GlobalVolumeAccumulator` without incentives."""
    return kind("GlobalVolumeAccumulator").ljust(8 + 24 + 32 + 16 * 30, b"\0")


def configure(ground: Ground) -> None:
    """Put all of it in place, and let the recipients exist with a token account for fees."""
    authority = ground.maker.pubkey()
    ground.put(derived(PUMP, b"global"), PUMP, world(authority))
    ground.put(derived(AMM, b"global_config"), AMM, amm_world(authority))
    for program, tiers in ((PUMP, CURVE_TIERS), (AMM, POOL_TIERS)):
        key = derived(FEES, b"fee_config", bytes(program))
        ground.put(key, FEES, schedule(program, tiers))
        ground.put(derived(program, b"global_volume_accumulator"), program, volume())
    for key in _recipients():
        ground.give(key, SOL)


def configured_keys() -> list[Pubkey]:
    """Answer the keys of all that `configure` puts in place."""
    configs = [derived(FEES, b"fee_config", bytes(program)) for program in (PUMP, AMM)]
    volumes = [derived(program, b"global_volume_accumulator") for program in (PUMP, AMM)]
    worlds = [derived(PUMP, b"global"), derived(AMM, b"global_config")]
    return [*worlds, *configs, *volumes, *_recipients()]


def _recipients() -> list[Pubkey]:
    lists = [several("fee", 7), several("reserved", 7), several("buyback", 8)]
    parts = [run[at : at + 32] for run in lists for at in range(0, len(run), 32)]
    return [named("fee"), named("reserved"), *map(Pubkey, parts)]
