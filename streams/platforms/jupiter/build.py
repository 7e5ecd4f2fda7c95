"""Jupiter Swap V2 by `GET /build`: its route, in a transaction that is wholly ours.

Jupiter takes no fee of its own here, only Metis routes, and our priority fee and tip are exact.
"""

from dataclasses import replace
from typing import Any, Final

from solders.transaction import VersionedTransaction

from buyqueue.buy.state import Order
from buyqueue.events.values import Fees
from streams.chain.accounts import WRAPPED_SOL
from streams.chain.assembly import Budget, compiled
from streams.chain.fill import LAMPORTS_PER_SIGNATURE
from streams.chain.instructions import data_limit, transfer, unit_limit, unit_price
from streams.chain.likeness import data_limit_of
from streams.chain.nodes import Nodes
from streams.chain.sizing import TRIAL, TooLong, budget_of, fitting, latest_blockhash, tried_out
from streams.chain.tips import NO_TIP, Tip
from streams.chain.transactions import Unsigned
from streams.platforms.jupiter.api import JupiterApi
from streams.platforms.jupiter.instructions import Recipe, read_recipe
from streams.platforms.jupiter.platform import MOST_RENT, read_figures
from streams.platforms.jupiter.reading import price_impact_bps, understood
from streams.platforms.platform import Figures, Offer

ROUTER = "metis"
FEWER_ACCOUNTS: Final = "32"
"""Of a route that is to be shorter than Jupiter's own choice of up to 64."""


class JupiterBuild:
    """Quotes and builds by `GET /build`."""

    name = "jupiter"

    def __init__(self, api: JupiterApi, nodes: Nodes, tip: Tip = NO_TIP) -> None:
        self._api = api
        self._nodes = nodes
        self._tip = tip

    async def quote(self, order: Order) -> Figures:
        """Answer the figures of what would be built."""
        return self._figures(await self._api.build(build_params(order)), order)

    async def offer(self, order: Order) -> Offer:
        """Build the route's transaction, try it out and size it; a shorter one if it is too long.

        Raises Failing if it would fail, Refused if the answer is for something else or too long.
        """
        try:
            return await self._offered(order, build_params(order))
        except TooLong:
            shorter = build_params(order) | {"maxAccounts": FEWER_ACCOUNTS}
            return await self._offered(order, shorter)

    async def _offered(self, order: Order, params: dict[str, str]) -> Offer:
        answer = await self._api.build(params)
        figures = self._figures(answer, order)
        with understood():
            recipe = read_recipe(answer)
        blockhash, last_valid = await latest_blockhash(self._nodes)
        trial = Unsigned(self._made(order, recipe, TRIAL, blockhash))
        tried = await tried_out(self._nodes, trial, [])
        budget = await budget_of(self._nodes, order, trial, tried)
        priced = figures.fees.model_copy(update={"priority": budget.cost})
        return Offer(
            figures=replace(figures, fees=priced),
            transaction=fitting(self._made(order, recipe, budget, blockhash)),
            last_valid_block_height=last_valid,
            tip_lamports=self._tip.lamports,
            rent_lamports=MOST_RENT,
        )

    def _made(
        self, order: Order, recipe: Recipe, budget: Budget, blockhash: str
    ) -> VersionedTransaction:
        limits = (
            unit_limit(budget.units),
            unit_price(budget.unit_price),
            data_limit(data_limit_of(order.job_id)),
        )
        instructions = [*limits, *recipe.instructions]
        if account := self._tip.account_for(order.job_id):
            instructions.append(transfer(order.wallet, account, self._tip.lamports))
        with understood():
            return compiled(order.wallet, instructions, blockhash, recipe.tables)

    def _figures(self, answer: dict[str, Any], order: Order) -> Figures:
        found = read_figures({"router": ROUTER, **answer}, order)
        fees = Fees(
            network=LAMPORTS_PER_SIGNATURE,
            priority=order.priority_fee_lamports,
            tip=self._tip.lamports,
        )
        impact = price_impact_bps(answer.get("priceImpactPct"), bps_each=10_000)
        return replace(found, fees=fees, price_impact_bps=impact)


def build_params(order: Order) -> dict[str, str]:
    """Write the query of `GET /build`."""
    return {
        "taker": order.wallet,
        "inputMint": WRAPPED_SOL,
        "outputMint": order.mint,
        "amount": str(order.lamports),
        "slippageBps": str(order.slippage_bps),
    }
