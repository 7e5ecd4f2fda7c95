"""GET /order without HTTP: from parameters to the answer's body.

Shapes: Swap API V2 (swap_v2.yaml of Jupiter's docs). Only SOL to one of the market's tokens, the
only router is metis. Not modelled: receiver, payer, referral fees, tips, USD values.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solders.pubkey import Pubkey
from spl.token.constants import WRAPPED_SOL_MINT

from sandbox.jupiter.market import Market
from sandbox.jupiter.pricing import BPS, FEE_BPS, Quote, quote
from sandbox.jupiter.swap import Hostile, Rfq, Swap, build, fee_of, unit_price_for
from sandbox.jupiter.tokens import Token
from sandbox.solana.ledger.bank import Bank
from sandbox.solana.ledger.blocks import MAX_AGE

DEFAULT_SLIPPAGE_BPS = 50
DEFAULT_PRIORITY_LAMPORTS = 8_000
U64 = 2**64
NO_FUNDS, NO_GAS = 1, 2
UNSUPPORTED = ("receiver", "referralAccount", "referralFee")


class BadOrder(Exception):
    """The API's HTTP 400; its text goes into `error`."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for; amounts in lamports."""

    token: Token
    amount: int
    taker: Pubkey | None
    slippage_bps: int
    priority_lamports: int
    makers: bool
    """JupiterZ is not excluded."""
    manual: bool
    """Some of Jupiter's own choices were overridden."""


def read_order(market: Market, query: Mapping[str, str]) -> Order:
    """Read the query parameters.

    Raises BadOrder.
    """
    token = market.token(_pubkey(query, "outputMint"))
    if token is None:
        raise BadOrder(f"The token {query['outputMint']} is not tradable")
    if _pubkey(query, "inputMint") != WRAPPED_SOL_MINT:
        raise BadOrder(f"The token {query['inputMint']} is not tradable")
    if query.get("swapMode", "ExactIn") != "ExactIn":
        raise BadOrder("Invalid swapMode: only ExactIn is supported")
    if named := [name for name in UNSUPPORTED if name in query]:
        raise BadOrder(f"{named[0]} is not supported by this endpoint")
    taker = _pubkey(query, "taker") if "taker" in query else None
    if "payer" in query and _pubkey(query, "payer") != taker:
        raise BadOrder("payer is not supported by this endpoint")
    if "metis" in query.get("excludeRouters", "").split(","):
        raise BadOrder("No routes found")
    return Order(
        token=token,
        amount=_amount(query),
        taker=taker,
        slippage_bps=_number(query, "slippageBps", DEFAULT_SLIPPAGE_BPS, BPS),
        priority_lamports=_priority(query),
        makers="jupiterz" not in query.get("excludeRouters", "").split(","),
        manual=any(name in query for name in ("slippageBps", "priorityFeeLamports", "payer")),
    )


def answer_order(
    market: Market,
    order: Order,
    request_id: str,
    hostile: Hostile | None,
    thief: Pubkey,
    rfq: Rfq | None = None,
) -> dict[str, Any]:
    """Quote, and build the transaction for a taker who can pay for it.

    Raises BadOrder when the market has nothing to give.
    """
    bank = market.chain.bank("confirmed")
    inventory = market.inventory(bank, order.token)
    priced = quote(order.token.spec, inventory, order.amount, order.slippage_bps)
    if priced.amount_out == 0:
        raise BadOrder("No routes found")
    body = _quoted(market, order, priced, request_id)
    if order.taker is None:
        return body | {"transaction": None, "taker": None}
    rfq = rfq if order.makers else None
    maker = str(market.maker.pubkey())
    payer = maker if rfq == "maker_pays" else str(order.taker)
    body |= {"taker": str(order.taker), "signatureFeePayer": payer}
    if rfq:
        body |= {"router": "jupiterz", "quoteId": request_id, "maker": maker}
    price = unit_price_for(order.priority_lamports)
    fee, rent = fee_of(price), _new_account_rent(bank, order.token, order.taker, market)
    body |= {
        "signatureFeeLamports": 10_000,
        "prioritizationFeeLamports": fee - 10_000,
        "prioritizationFeePayer": str(order.taker),
        "rentFeeLamports": rent,
        "rentFeePayer": str(order.taker),
    }
    if lacking := _lacking(bank, order, order.taker, fee + rent, market):
        code, text = lacking
        return body | {
            "transaction": "",
            "errorCode": code,
            "errorMessage": text,
            "error": text,
        }
    swap = Swap(
        buyer=order.taker,
        token=order.token,
        lamports=order.amount,
        amount_out=priced.amount_out,
        unit_price=price,
        blockhash=bank.block.blockhash,
        hostile=hostile,
        buyer_lamports=bank.lamports(order.taker),
        thief=thief,
        rfq=rfq,
    )
    return body | {
        "transaction": base64.b64encode(bytes(build(swap, market.maker))).decode(),
        "lastValidBlockHeight": str(bank.block.height + MAX_AGE),
    }


def _quoted(market: Market, order: Order, priced: Quote, request_id: str) -> dict[str, Any]:
    mint, sol = str(order.token.mint), str(WRAPPED_SOL_MINT)
    amounts = {"inAmount": str(priced.amount_in), "outAmount": str(priced.amount_out)}
    mints = {"inputMint": sol, "outputMint": mint}
    pool = str(order.token.account_of(market.maker.pubkey()))
    return {
        "mode": "manual" if order.manual else "ultra",
        **mints,
        **amounts,
        "otherAmountThreshold": str(priced.threshold),
        "swapMode": "ExactIn",
        "slippageBps": order.slippage_bps,
        "priceImpactPct": f"{-priced.impact_ppm / 1_000_000:.6f}",
        "priceImpact": -priced.impact_ppm / 10_000,
        "routePlan": [
            {
                "swapInfo": {"ammKey": pool, "label": "Local maker", **mints, **amounts},
                "percent": 100,
                "bps": BPS,
            }
        ],
        "feeMint": sol,
        "feeBps": FEE_BPS,
        "platformFee": {"amount": str(priced.fee), "feeBps": FEE_BPS, "feeMint": sol},
        "router": "metis",
        "gasless": False,
        "requestId": request_id,
        "totalTime": 1,
    }


def _new_account_rent(bank: Bank, token: Token, taker: Pubkey, market: Market) -> int:
    """Answer the rent of the taker's token account, 0 if it is there.

    NB: Token-2022 accounts made by the associated program are 170 bytes (immutable owner).
    """
    if bank.account(token.account_of(taker)):
        return 0
    size = 165 if token.spec.classic else 170
    return market.chain.accounts.svm.minimum_balance_for_rent_exemption(size)


def _lacking(
    bank: Bank, order: Order, taker: Pubkey, costs: int, market: Market
) -> tuple[int, str] | None:
    """Say what the taker lacks, if anything: the amount, or SOL for gas, rent and staying alive."""
    left = bank.lamports(taker) - order.amount
    if left < 0:
        return NO_FUNDS, "Insufficient funds"
    after = left - costs
    if after != 0 and after < market.chain.accounts.svm.minimum_balance_for_rent_exemption(0):
        return NO_GAS, "Insufficient SOL for gas"
    return None


def _pubkey(query: Mapping[str, str], name: str) -> Pubkey:
    try:
        return Pubkey.from_string(query[name])
    except KeyError:
        raise BadOrder(f"{name} is required") from None
    except ValueError:
        raise BadOrder(f"Invalid {name}") from None


def _amount(query: Mapping[str, str]) -> int:
    if "amount" not in query:
        raise BadOrder("amount is required")
    amount = _number(query, "amount", 0, U64 - 1)
    if amount == 0:
        raise BadOrder("Invalid amount")
    return amount


def _priority(query: Mapping[str, str]) -> int:
    """`maxCap` is a ceiling on our own choice, `exactFee` (and no type at all) is the fee."""
    kind = query.get("broadcastFeeType")
    if kind not in (None, "maxCap", "exactFee"):
        raise BadOrder("Invalid broadcastFeeType")
    asked = _number(query, "priorityFeeLamports", DEFAULT_PRIORITY_LAMPORTS, U64 - 1)
    return min(asked, DEFAULT_PRIORITY_LAMPORTS) if kind == "maxCap" else asked


def _number(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or int(text) > most:
        raise BadOrder(f"Invalid {name}")
    return int(text)
