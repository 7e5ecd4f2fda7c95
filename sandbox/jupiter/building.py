"""GET /build without HTTP: a quote, and the instructions of its swap.

Shapes: Swap API V2 (swap_v2.yaml of Jupiter's docs). As on /order the maker sells from its own
account, so here it is the one other signer of what the caller makes of them; Jupiter's own need
none. Not modelled: receiver, payer, platform fees, tips, dexes, modes.
"""

import base64
from collections.abc import Mapping
from typing import Any

from solders.compute_budget import set_compute_unit_price
from solders.instruction import Instruction
from solders.system_program import TransferParams, transfer
from spl.token.constants import WRAPPED_SOL_MINT
from spl.token.instructions import (
    create_idempotent_associated_token_account,
    transfer_checked,
)
from spl.token.models import TransferCheckedParams

from sandbox.jupiter.market import Market
from sandbox.jupiter.orders import BadOrder, Order, read_order
from sandbox.jupiter.pricing import BPS, quote
from sandbox.solana.ledger.blocks import MAX_AGE

UNIT_PRICE = 100_000
"""Micro-lamports; a caller should have its own mind about it."""
UNSUPPORTED = (
    "platformFeeBps", "feeAccount", "payer", "destinationTokenAccount", "tipAmount", "dexes",
    "nativeDestinationAccount", "excludeDexes",
)  # fmt: skip


def read_build(market: Market, query: Mapping[str, str]) -> Order:
    """Read the query parameters; raises BadOrder."""
    if named := [name for name in UNSUPPORTED if name in query]:
        raise BadOrder(f"{named[0]} is not supported by this endpoint")
    if "taker" not in query:
        raise BadOrder("taker is required")
    known = {"inputMint", "outputMint", "amount", "taker", "slippageBps"}
    return read_order(market, {name: query[name] for name in known & query.keys()})


def answer_build(market: Market, order: Order) -> dict[str, Any]:
    """Quote without a fee, and answer the instructions; raises BadOrder where nothing is left."""
    bank, token, maker = market.chain.bank("confirmed"), order.token, market.maker.pubkey()
    if order.taker is None:
        raise BadOrder("taker is required")
    spec = token.spec
    priced = quote(spec, market.inventory(bank, token), order.amount, order.slippage_bps, 0)
    if priced.amount_out == 0:
        raise BadOrder("No routes found")
    sol, mint = str(WRAPPED_SOL_MINT), str(token.mint)
    amounts = {"inAmount": str(priced.amount_in), "outAmount": str(priced.amount_out)}
    mints = {"inputMint": sol, "outputMint": mint}
    pay = transfer(TransferParams(from_pubkey=order.taker, to_pubkey=maker, lamports=order.amount))
    params = TransferCheckedParams(
        program_id=token.program, source=token.account_of(maker), mint=token.mint,
        dest=token.account_of(order.taker), owner=maker, amount=priced.amount_out,
        decimals=token.decimals,
    )  # fmt: skip
    opened = create_idempotent_associated_token_account(
        order.taker, order.taker, token.mint, token.program
    )
    block = bank.block
    return {
        **mints,
        **amounts,
        "otherAmountThreshold": str(priced.threshold),
        "swapMode": "ExactIn",
        "slippageBps": order.slippage_bps,
        "priceImpactPct": f"{priced.impact_ppm / 1_000_000:.6f}",
        "routePlan": [
            {
                "swapInfo": {
                    "ammKey": str(params.source),
                    "label": "Local maker",
                    **mints,
                    **amounts,
                },
                "percent": 100,
                "bps": BPS,
            }
        ],
        "computeBudgetInstructions": [_shape(set_compute_unit_price(UNIT_PRICE))],
        "setupInstructions": [_shape(opened), _shape(pay)],
        "swapInstruction": _shape(transfer_checked(params)),
        "cleanupInstruction": None,
        "otherInstructions": [],
        "tipInstruction": None,
        "addressesByLookupTableAddress": {
            str(market.table): [str(address) for address in market.table_addresses]
        },
        "blockhashWithMetadata": {
            "blockhash": list(bytes(block.blockhash)),
            "lastValidBlockHeight": block.height + MAX_AGE,
            "fetchedAt": {"secs_since_epoch": block.unix_time, "nanos_since_epoch": 0},
        },
    }


def _shape(instruction: Instruction) -> dict[str, Any]:
    return {
        "programId": str(instruction.program_id),
        "accounts": [
            {
                "pubkey": str(meta.pubkey),
                "isWritable": meta.is_writable,
                "isSigner": meta.is_signer,
            }
            for meta in instruction.accounts
        ],
        "data": base64.b64encode(instruction.data).decode(),
    }
