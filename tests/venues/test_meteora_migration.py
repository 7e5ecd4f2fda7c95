"""A coin's whole way at Meteora: launched, bought, complete, migrated, and bought in its pool."""

import struct

import aiohttp
import pytest
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from buyqueue.errors import Retryable
from buyqueue.mints import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from sandbox.solana.node import LocalNode
from streams.chain.accounts import WRAPPED_SOL
from streams.platforms.meteora.swap import pool_key
from streams.platforms.meteora_damm_v2 import accounts as damm
from streams.platforms.meteora_dbc import accounts as dbc
from tests.venues import meteora_damm_v2 as pools
from tests.venues import meteora_dbc as curves
from tests.venues.bench import bench_on
from tests.venues.coins import metas
from tests.venues.ground import SOL, Ground
from tests.venues.programs import missing

NEEDS = ("cp_amm", "dynamic_bonding_curve", "mpl_token_metadata")
CONFIG = damm.MIGRATION_CONFIGS[0]


def put_config(ground: Ground) -> None:
    """Write the migration's config, 25 bps, by its layout: only Meteora's own key makes one."""
    fees = struct.pack("<Q", 2_500_000) + bytes(24) + bytes(48) + bytes([20, 0, 20]) + bytes(45)
    data = bytes.fromhex("9b0caae01efacc82") + bytes(32) + bytes(dbc.POOL_AUTHORITY) + fees
    data += bytes([1, 1, 0]) + bytes(5) + bytes(8)
    data += pools.u128(pools.LOWEST) + pools.u128(pools.HIGHEST) + bytes(80)
    ground.put(Pubkey.from_string(CONFIG), damm.PROGRAM, data)


def migrate(ground: Ground, mint: str, launch: curves.Launch) -> None:
    """Call the curve's own migration, as anybody may."""
    config, nfts = str(launch.config.pubkey()), [Keypair(), Keypair()]
    curve = dbc.pool_address(config, mint)
    pool = pool_key(damm.PROGRAM, mint, b"pool", bytes(Pubkey.from_string(CONFIG)))
    mints = [bytes(Pubkey.from_string(one)) for one in (mint, WRAPPED_SOL)]
    raw = {key: bytes(Pubkey.from_string(key)) for key in (curve, pool)}
    metadata = curves.pda(b"damm_v2", raw[curve])
    positions = []
    for nft in nfts:
        key = bytes(nft.pubkey())
        positions += [
            (nft.pubkey(), "ws"),
            (pools.pda(b"position_nft_account", key), "w"),
            (pools.pda(b"position", key), "w"),
        ]
    accounts = metas(
        (curve, "w"), (metadata, ""), (config, ""), (dbc.POOL_AUTHORITY, "w"), (pool, "w"),
        *positions, (damm.POOL_AUTHORITY, ""), (damm.PROGRAM, ""), (mint, "w"), (WRAPPED_SOL, "w"),
        *((pools.pda(b"token_vault", one, raw[pool]), "w") for one in mints),
        *((curves.pda(b"token_vault", one, raw[curve]), "w") for one in mints),
        (ground.maker.pubkey(), "ws"), (TOKEN_PROGRAM, ""), (TOKEN_PROGRAM, ""),
        (TOKEN_2022_PROGRAM, ""), (damm.EVENT_AUTHORITY, ""), (SYSTEM_PROGRAM, ""), (CONFIG, ""),
    )  # fmt: skip
    data = bytes.fromhex("9ca9e66735e45040")
    ground.send(Instruction(dbc.PROGRAM, data, accounts), signers=nfts)


async def test_a_coin_is_bought_all_its_way() -> None:
    if why := missing(NEEDS):
        pytest.skip(why)
    launch = curves.MARKETS[0].launch
    async with LocalNode(paused=True) as node, aiohttp.ClientSession() as session:
        ground = Ground(node)
        ground.give(ground.maker.pubkey(), 1_000 * SOL)
        ground.load(NEEDS)
        put_config(ground)
        ground.give(dbc.POOL_AUTHORITY, SOL)  # it pays the rent of what it opens
        curves.create_config(ground, launch)
        mint = curves.launch_coin(ground, launch)
        bench = bench_on(ground, session, 200 * SOL)
        on_curve, _ = await bench.buy(bench.order(mint))
        rest, _ = await bench.buy(bench.order(mint, lamports=150 * SOL))
        with pytest.raises(Retryable, match="complete, and its pool is not there yet"):
            await bench.router.quote(bench.order(mint))
        migrate(ground, mint, launch)
        pooled, landed = await bench.buy(bench.order(mint))
        venues = [offer.figures.platform for offer in (on_curve, rest, pooled)]
        assert ["meteora_dbc", "meteora_dbc", "meteora_damm_v2"] == venues
        assert pooled.figures.expected_out == landed.fill.tokens_received
        seen = {one.platform: one.standing for one in pooled.figures.candidates}
        assert seen == {"meteora_damm_v2": "open", "meteora_dbc": "closed"}
