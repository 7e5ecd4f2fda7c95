"""Asking the local Jupiter."""

from collections.abc import Mapping
from typing import Any

from aiohttp import ClientSession
from solders.pubkey import Pubkey
from spl.token.constants import WRAPPED_SOL_MINT

from sandbox.jupiter.endpoint import LocalJupiter
from sandbox.jupiter.tokens import Token
from sandbox.solana.ledger.chain import Chain
from sandbox.solana.ledger.tokens import holding_of
from tests.sandbox.transactions import SOL

AMOUNT = SOL // 2


async def order(
    http: ClientSession, jupiter: LocalJupiter, token: Token, **other: str
) -> tuple[int, Mapping[str, Any]]:
    """GET /order for half a SOL."""
    params = {
        "inputMint": str(WRAPPED_SOL_MINT),
        "outputMint": str(token.mint),
        "amount": str(AMOUNT),
        **other,
    }
    async with http.get(f"{jupiter.url}/order", params=params) as response:
        return response.status, await response.json()


def held(chain: Chain, token: Token, owner: Pubkey) -> int:
    """What an owner has of a token, in base units."""
    holding = holding_of(chain.bank("confirmed").account(token.account_of(owner)))
    return holding.amount if holding else 0
