"""pump.fun's bonding curve, as a venue."""

import struct
from collections.abc import Sequence
from typing import Any, Final

from solders.pubkey import Pubkey

from buyqueue.amounts import sol_text
from buyqueue.buy.state import Order
from buyqueue.errors import Code, Refused
from buyqueue.platforms import PUMPFUN
from streams.chain.accounts import WRAPPED_SOL, Account
from streams.chain.emitted import emitted
from streams.chain.rent import rent_exemption
from streams.chain.snapshot import Snapshot
from streams.platforms.pump_fees import FEE_PROGRAM, Schedule, read_schedule
from streams.platforms.pump_volume import lengthened, volume_of, volume_rent
from streams.platforms.pumpfun.accounts import (
    CURVE_SIZE,
    FEE_CONFIG,
    GLOBAL,
    NOBODY,
    PROGRAM,
    PROGRAM_KEY,
    Curve,
    Global,
    creator_vault_of,
    curve_of,
    read_curve,
    read_global,
)
from streams.platforms.pumpfun.instructions import Trade, buy_exact_in, buy_exact_out
from streams.platforms.pumpfun.pricing import price, rates_of
from streams.platforms.venue import Candidate, Charged, Explained, Plan, Read, Standing, Target

_WRAPPED: Final = Pubkey.from_string(WRAPPED_SOL)
_SUPPLY_AT: Final = 36
"""Of a mint (SPL Token `Mint`)."""
_TRADE_EVENT: Final = bytes.fromhex("bddb7fd34ee661ee")
_RAN_AWAY: Final = Explained(
    Code.SLIPPAGE_EXCEEDED, "Slippage tolerance exceeded: the curve's price moved away"
)
_EXPLAINED: Final = {
    6002: _RAN_AWAY,
    6042: _RAN_AWAY,
    6021: Explained(
        Code.SLIPPAGE_EXCEEDED, "Slippage tolerance exceeded: the curve sold out", moved_on=True
    ),
    6005: Explained(
        Code.PLATFORM_UNAVAILABLE, "Platform unavailable: the curve is complete", moved_on=True
    ),
    6000: Explained(
        Code.PLATFORM_UNAVAILABLE,
        "Platform unavailable: the program changed its fee recipients",
        moved_on=True,
    ),
}


class PumpFun:
    """Buys on the curve with SOL itself; the fee recipients are those that the chain names now."""

    name = PUMPFUN
    programs = frozenset({PROGRAM})

    def addresses(self, target: Target) -> Sequence[str]:
        """Derive the coin's curve, the program's configuration and the wallet's volume."""
        keys = (curve_of(target.mint), GLOBAL, FEE_CONFIG, volume_of(target.wallet, PROGRAM_KEY))
        return [str(key) for key in keys]

    def candidates(self, target: Target, seen: Snapshot) -> Sequence[Candidate]:
        """Answer the coin's curve; a migrated one is none."""
        pool = str(curve_of(target.mint))
        data = seen.owned(pool, PROGRAM)
        if data is None:
            return ()
        curve = read_curve(data)
        if curve.virtual_token == 0:
            return ()
        standing, reason = _standing(curve)
        return (Candidate(self.name, pool, standing, curve.real_quote, True, reason),)  # noqa: FBT003

    async def plan(self, order: Order, chosen: Candidate, seen: Snapshot, read: Read) -> Plan:
        """Price the order; Refused(PLATFORM_UNAVAILABLE) if the program is not configured."""
        account = seen.accounts[chosen.pool]
        mint = seen.accounts[order.mint]
        world, schedule = _configuration(seen)
        if account is None or mint is None:
            raise Refused(Code.INVALID_TOKEN_ADDRESS, "Invalid token address: it has no curve")
        curve = read_curve(account.data)
        (supply,) = struct.unpack_from("<Q", mint.data, _SUPPLY_AT)
        rates = rates_of(curve, world, schedule, supply)
        priced = price(curve, rates, order.lamports)
        if priced is None:
            raise Refused(
                Code.INVALID_AMOUNT,
                f"Invalid amount: {sol_text(order.lamports)} SOL buy nothing on the curve",
            )
        trade = Trade(
            wallet=order.wallet,
            mint=order.mint,
            token_program=mint.owner,
            creator=curve.creator,
            fee_recipient=_one_of(world.reserved if curve.is_mayhem else world.recipients, order),
            buyback_recipient=_one_of(world.buyback, order),
        )
        vault = str(creator_vault_of(curve.creator))
        paid = priced.split.creator > 0 and not curve.is_cashback
        vault_rent = _vault_rent((await read([vault])).accounts[vault]) if paid else 0
        volume = seen.accounts[str(volume_of(order.wallet, PROGRAM_KEY))]
        before = lengthened(volume, order.wallet, PROGRAM_KEY)
        rest = buy_exact_out(trade, priced.tokens, order.lamports)
        return Plan(
            # NB: the program takes a minimum of 0 for an order of nothing, and refuses it.
            swap=lambda least: (
                *before,
                rest if priced.takes_rest else buy_exact_in(trade, order.lamports, max(1, least)),
            ),
            expected_out=priced.tokens,
            lamports_in=priced.split.spent if priced.takes_rest else None,
            rent_lamports=vault_rent + _curve_rent(account, curve) + volume_rent(volume),
            venue_bps=rates.together,
            price_impact_bps=priced.price_impact_bps,
        )

    def explain(self, custom: int) -> Explained | None:
        """Translate an error of the program."""
        return _EXPLAINED.get(custom)

    def charged(self, transaction: Any, wallet: str, mint: str) -> Charged:
        """Read the fees from the program's own `TradeEvent`; a cashback counts as the creator's."""
        _ = wallet, mint
        for whole in emitted(transaction, PROGRAM):
            if not whole.startswith(_TRADE_EVENT):
                continue
            event = whole[len(_TRADE_EVENT) :]
            (protocol,) = struct.unpack_from("<Q", event, 161)
            (creator,) = struct.unpack_from("<Q", event, 209)
            (name_length,) = struct.unpack_from("<I", event, 250)
            (cashback,) = struct.unpack_from("<Q", event, 254 + name_length + 9)
            return Charged(protocol=protocol, creator=creator + cashback)
        return Charged()


def _standing(curve: Curve) -> tuple[Standing, str]:
    if curve.quote_mint not in (NOBODY, _WRAPPED):
        return Standing.CLOSED, f"its curve takes {curve.quote_mint}, not SOL"
    if curve.complete:
        return Standing.MIGRATING, "its curve is complete, and its pool is not there yet"
    return Standing.OPEN, f"its curve is open and holds {sol_text(curve.real_quote)} SOL"


def _configuration(seen: Snapshot) -> tuple[Global, Schedule]:
    told = seen.owned(str(GLOBAL), PROGRAM)
    schedule = read_schedule(seen.owned(str(FEE_CONFIG), FEE_PROGRAM) or b"")
    world = read_global(told) if told else None
    if not world or not schedule or not (world.recipients and world.reserved and world.buyback):
        raise Refused(
            Code.PLATFORM_UNAVAILABLE, "Platform unavailable: pump.fun's configuration is missing"
        )
    return world, schedule


def _one_of(recipients: tuple[Pubkey, ...], order: Order) -> Pubkey:
    """Choose by the order: buys that write to different accounts do not wait for each other."""
    return recipients[order.job_id.int % len(recipients)]


def _curve_rent(account: Account, curve: Curve) -> int:
    """Answer what the buyer pays to lengthen an old curve: what it lacks beside all it holds."""
    if len(account.data) >= CURVE_SIZE:
        return 0
    return max(
        0, rent_exemption(CURVE_SIZE) + curve.real_quote + curve.fees_held - account.lamports
    )


def _vault_rent(vault: Account | None) -> int:
    """Answer what a buyer pays so that the creator's vault may exist.

    NB: the program takes the whole of it even where a part of it lies there already.
    """
    least = rent_exemption(0)
    return 0 if vault and vault.lamports >= least else least
