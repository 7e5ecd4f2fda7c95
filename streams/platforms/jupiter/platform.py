"""Jupiter Swap V2: an order that needs only the wallet's signature, landed by ourselves."""

from dataclasses import replace
from typing import Any, Final

from buyqueue.buy.state import Order
from buyqueue.errors import Code, Refused
from buyqueue.events.values import Fees
from streams.chain.accounts import WRAPPED_SOL
from streams.chain.rent import TOKEN_ACCOUNT_RENT, rent_exemption
from streams.platforms.jupiter.api import JupiterApi
from streams.platforms.jupiter.reading import price_impact_bps, short_text, u64, understood, unsafe
from streams.platforms.platform import Figures, Offer
from streams.platforms.pricing import minimum_out

FOREIGN_SIGNERS: Final = "jupiterz"
"""The router whose transactions a market maker signs, after the wallet or before it (ADR 10)."""
MOST_RENT: Final = 2 * rent_exemption(137) + 2 * TOKEN_ACCOUNT_RENT
"""Lamports for what a route may open beside the buyer's own token account: where it crosses
pump.fun and PumpSwap, the buyer's volume on each (`user_volume_accumulator`, 137 bytes), and for
each a token account for its creator's or cashback share. Whatever Jupiter itself names as rent."""
MOST_SIGNATURES: Final = 2
"""The wallet's, and one that the transaction comes with."""
_ERROR_CODES: Final = {
    1: (Code.INSUFFICIENT_BALANCE, "Insufficient balance: the wallet lacks the amount"),
    2: (Code.INSUFFICIENT_BALANCE, "Insufficient balance: the wallet lacks SOL for fees"),
    3: (Code.NO_ROUTE, "Platform unavailable: below Jupiter's minimum"),
}


class JupiterPlatform:
    """Quotes by `GET /order`; a quote and its transaction come in one answer."""

    name = "jupiter"

    def __init__(self, api: JupiterApi) -> None:
        self._api = api

    async def quote(self, order: Order) -> Figures:
        """Answer the figures of an order made for nobody: no transaction comes with them."""
        answer = await self._api.order(order_params(order, taker=None))
        return read_figures(answer, order)

    async def offer(self, order: Order) -> Offer:
        """Quote the order and answer its unsigned transaction."""
        answer = await self._api.order(order_params(order, taker=order.wallet))
        if order.co_signer and answer.get("signatureFeePayer") != order.wallet:
            # A maker that pays signs first, and its signature would name the transaction.
            alone = replace(order, co_signer=False)
            answer = await self._api.order(order_params(alone, taker=order.wallet))
        return read_offer(answer, order)


def order_params(order: Order, *, taker: str | None) -> dict[str, str]:
    """Write the query of `GET /order`; without a taker it is answered without a transaction."""
    return ({"taker": taker} if taker else {}) | {
        "inputMint": WRAPPED_SOL,
        "outputMint": order.mint,
        "amount": str(order.lamports),
        "swapMode": "ExactIn",
        "slippageBps": str(order.slippage_bps),
        "priorityFeeLamports": str(order.priority_fee_lamports),
        "broadcastFeeType": "maxCap",
        **({} if order.co_signer else {"excludeRouters": FOREIGN_SIGNERS}),
    }


def read_offer(answer: dict[str, Any], order: Order) -> Offer:
    """Read an order's answer and check it against what was asked.

    Raises Refused for the venue's own errors, and if the answer is for something else, is paid
    by somebody else, or allows a worse price than the caller does.
    """
    if not answer.get("transaction"):
        number = answer.get("errorCode")
        why = answer.get("errorMessage") or answer.get("error") or f"errorCode {number}"
        code, text = _ERROR_CODES.get(
            number if isinstance(number, int) else 0, (Code.NO_ROUTE, "Platform unavailable")
        )
        raise Refused(code, f"{text} (Jupiter: {why})")
    with understood():
        last_valid = u64(answer["lastValidBlockHeight"])
        payer = answer["signatureFeePayer"]
    if payer != order.wallet:
        raise unsafe(f"{payer} pays and would sign first")
    return Offer(
        figures=read_figures(answer, order),
        transaction=str(answer["transaction"]),
        last_valid_block_height=last_valid,
        rent_lamports=MOST_RENT,
        signatures=MOST_SIGNATURES,
        executed_as=_executed_as(answer, order),
    )


def _executed_as(answer: dict[str, Any], order: Order) -> str:
    """Answer the request id of what only Jupiter can complete, else an empty text."""
    if answer.get("router") != FOREIGN_SIGNERS:
        return ""
    if not order.co_signer or not answer.get("requestId"):
        raise unsafe("somebody else would have to sign it")
    return str(answer["requestId"])


def read_figures(answer: dict[str, Any], order: Order) -> Figures:
    """Read an order's figures.

    Raises Refused if the answer is for something else or allows a worse price than the caller.
    """
    with understood():
        expected, threshold = u64(answer["outAmount"]), u64(answer["otherAmountThreshold"])
        asked = (answer["inputMint"], answer["outputMint"], int(answer["inAmount"]))
        router = short_text(answer["router"])
        request_id = short_text(answer.get("requestId") or "")
        fees = Fees(
            network=int(answer.get("signatureFeeLamports") or 0),
            priority=int(answer.get("prioritizationFeeLamports") or 0),
            rent=int(answer.get("rentFeeLamports") or 0),
            venue_bps=int(answer.get("feeBps") or 0),
        )
    if asked != (WRAPPED_SOL, order.mint, order.lamports):
        raise unsafe(f"the answer is for {asked}")
    least = minimum_out(expected, order.slippage_bps)
    if threshold < least:
        raise unsafe(f"it allows {threshold} base units, and the slippage allows {least}")
    return Figures(
        platform=JupiterPlatform.name,
        reason=f"best route of Jupiter's {router}",
        lamports_in=order.lamports,
        expected_out=expected,
        minimum_out=threshold,
        fees=fees,
        price_impact_bps=price_impact_bps(answer.get("priceImpact"), bps_each=100),
        request_id=request_id,
    )
