"""PumpSwap's canonical pools, as a venue."""

import struct
from collections.abc import Sequence
from typing import Any, Final

from solders.pubkey import Pubkey

from buyqueue.amounts import sol_text
from buyqueue.buy.state import Order
from buyqueue.errors import Code, Refused
from buyqueue.mints import TOKEN_PROGRAMS
from buyqueue.platforms import PUMPSWAP
from streams.chain.accounts import token_account_of
from streams.chain.emitted import emitted
from streams.chain.rent import rent_exemption, token_account_rent
from streams.chain.snapshot import Snapshot
from streams.platforms.pump_fees import FEE_PROGRAM, Schedule, read_schedule
from streams.platforms.pump_volume import lengthened, volume_of, volume_rent
from streams.platforms.pumpswap.accounts import (
    FEE_CONFIG,
    GLOBAL_CONFIG,
    POOL_SIZE,
    PROGRAM,
    PROGRAM_KEY,
    GlobalConfig,
    Pool,
    pool_of,
    read_global,
    read_pool,
)
from streams.platforms.pumpswap.instructions import (
    Trade,
    buy_exact_in,
    creator_vault_of,
    quote_of,
    vault_of,
)
from streams.platforms.pumpswap.pricing import Reserves, price, rates_of
from streams.platforms.venue import Candidate, Charged, Explained, Plan, Read, Standing, Target

_SUPPLY_AT: Final = 36
"""Of a mint (SPL Token `Mint`)."""
_BUY_EVENT: Final = bytes.fromhex("67f4521f2cf57777")
_RAN_AWAY: Final = Explained(
    Code.SLIPPAGE_EXCEEDED, "Slippage tolerance exceeded: the pool's price moved away"
)
_EXPLAINED: Final = {
    6004: _RAN_AWAY,
    6040: _RAN_AWAY,
    6020: Explained(
        Code.PLATFORM_UNAVAILABLE, "Platform unavailable: buys are switched off", moved_on=True
    ),
    6013: Explained(
        Code.PLATFORM_UNAVAILABLE,
        "Platform unavailable: the program changed its fee recipients",
        moved_on=True,
    ),
}


class PumpSwap:
    """Buys with wrapped SOL; the fee recipients and rates are those that the chain names now."""

    name = PUMPSWAP
    programs = frozenset({PROGRAM})

    def addresses(self, target: Target) -> Sequence[str]:
        """Derive the coin's pool with its vaults, the configuration and the wallet's volume."""
        pool, volume = pool_of(target.mint), volume_of(target.wallet, PROGRAM_KEY)
        vaults = (vault_of(target.mint, program) for program in TOKEN_PROGRAMS)
        keys = (pool, quote_of(pool), *vaults, GLOBAL_CONFIG, FEE_CONFIG, volume)
        return [str(key) for key in keys]

    def candidates(self, target: Target, seen: Snapshot) -> Sequence[Candidate]:
        """Answer the coin's canonical pool."""
        pool = pool_of(target.mint)
        data = seen.owned(str(pool), PROGRAM)
        if data is None:
            return ()
        vault = token_account_of(seen.accounts[str(quote_of(pool))])
        depth = vault.amount if vault else 0
        standing, reason = Standing.OPEN, f"its pool holds {sol_text(depth)} SOL"
        told = seen.owned(str(GLOBAL_CONFIG), PROGRAM)
        if told is None or read_global(told).buys_off:
            standing, reason = Standing.CLOSED, "the program's buys are switched off"
        return (Candidate(self.name, str(pool), standing, depth, False, reason),)  # noqa: FBT003

    async def plan(self, order: Order, chosen: Candidate, seen: Snapshot, read: Read) -> Plan:
        """Price the order; Refused(PLATFORM_UNAVAILABLE) if the program is not configured."""
        account, mint = seen.accounts[chosen.pool], seen.accounts[order.mint]
        if account is None or mint is None:
            raise Refused(Code.INVALID_TOKEN_ADDRESS, "Invalid token address: it has no pool")
        pool, (world, schedule) = read_pool(account.data), _configuration(seen)
        reserves = _reserves(order.mint, mint.owner, pool, seen)
        (supply,) = struct.unpack_from("<Q", mint.data, _SUPPLY_AT)
        rates = rates_of(pool, world, schedule, reserves, supply)
        priced = price(reserves, rates, order.lamports)
        if priced is None:
            raise Refused(
                Code.INVALID_AMOUNT,
                f"Invalid amount: {sol_text(order.lamports)} SOL buy nothing at the pool",
            )
        trade = Trade(
            wallet=order.wallet,
            mint=order.mint,
            token_program=mint.owner,
            coin_creator=pool.coin_creator,
            pays_creator=priced.split.creator > 0,
            is_cashback=pool.is_cashback,
            is_mayhem=pool.is_mayhem,
            fee_recipient=_one_of(world.reserved if pool.is_mayhem else world.recipients, order),
            buyback_recipient=_one_of(world.buyback, order),
        )
        volume = seen.accounts[str(volume_of(order.wallet, PROGRAM_KEY))]
        before = lengthened(volume, order.wallet, PROGRAM_KEY)
        missing = 0 if len(account.data) >= POOL_SIZE else rent_exemption(POOL_SIZE)
        return Plan(
            # NB: the program takes a minimum of 0 for an order of nothing, and refuses it.
            swap=lambda least: (*before, buy_exact_in(trade, order.lamports, max(1, least))),
            expected_out=priced.tokens,
            wrap_lamports=order.lamports,
            rent_lamports=await _opened(trade, read)
            + volume_rent(volume)
            + max(0, missing - account.lamports),
            venue_bps=rates.together,
            price_impact_bps=priced.price_impact_bps,
        )

    def explain(self, custom: int) -> Explained | None:
        """Translate an error of the program."""
        return _EXPLAINED.get(custom)

    def charged(self, transaction: Any, wallet: str, mint: str) -> Charged:
        """Read the fees from the program's own `BuyEvent`; a cashback counts as the creator's."""
        _ = wallet, mint
        for whole in emitted(transaction, PROGRAM):
            if not whole.startswith(_BUY_EVENT):
                continue
            event = whole[len(_BUY_EVENT) :]
            (lp,), (protocol,) = (
                struct.unpack_from("<Q", event, 72),
                struct.unpack_from("<Q", event, 88),
            )
            (creator,) = struct.unpack_from("<Q", event, 344)
            (name_length,) = struct.unpack_from("<I", event, 393)
            (cashback,) = struct.unpack_from("<Q", event, 397 + name_length + 8)
            return Charged(protocol=protocol, creator=creator + cashback, lp=lp)
        return Charged()


def _reserves(mint: str, token_program: str, pool: Pool, seen: Snapshot) -> Reserves:
    base = token_account_of(seen.accounts[str(vault_of(mint, token_program))])
    quote = token_account_of(seen.accounts[str(quote_of(pool_of(mint)))])
    if base and quote and base.amount > 0 and quote.amount + pool.virtual_quote > 0:
        return Reserves(base.amount, quote.amount + pool.virtual_quote)
    raise Refused(Code.PLATFORM_UNAVAILABLE, "Platform unavailable: the token's pool is empty")


def _configuration(seen: Snapshot) -> tuple[GlobalConfig, Schedule]:
    told = seen.owned(str(GLOBAL_CONFIG), PROGRAM)
    schedule = read_schedule(seen.owned(str(FEE_CONFIG), FEE_PROGRAM) or b"")
    world = read_global(told) if told else None
    if not world or not schedule or not (world.recipients and world.reserved and world.buyback):
        raise Refused(
            Code.PLATFORM_UNAVAILABLE, "Platform unavailable: PumpSwap's configuration is missing"
        )
    return world, schedule


def _one_of(recipients: tuple[Pubkey, ...], order: Order) -> Pubkey:
    """Choose by the order: buys that write to different accounts do not wait for each other."""
    return recipients[order.job_id.int % len(recipients)]


async def _opened(trade: Trade, read: Read) -> int:
    """Answer what the buyer pays to open accounts that are not its own.

    NB: the program opens the creator's account even where nothing is paid into it; a mayhem coin
    pays no buyback.
    """
    volume = volume_of(trade.wallet, PROGRAM_KEY)
    owners = [trade.fee_recipient, creator_vault_of(trade.coin_creator)]
    owners += [] if trade.is_mayhem else [trade.buyback_recipient]
    owners += [volume] if trade.is_cashback and trade.pays_creator else []
    wanted = [quote_of(owner) for owner in owners]
    there = (await read(map(str, wanted))).accounts
    return sum(token_account_rent(there[str(key)]) for key in wanted)
