"""Jupiter's route in a transaction of ours: budget, tip and tables are right, and it lands."""

import base64
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from solders.message import MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from buyqueue.buy.state import Order
from buyqueue.clock import SystemClock
from buyqueue.errors import Code, Refused, Retryable
from sandbox.solana.faults import Fault
from streams.chain.assembly import to_base64
from streams.chain.fill import fill_of
from streams.chain.guard import Guard, Limits
from streams.chain.tips import Tip
from streams.chain.transactions import MAX_BYTES, read_unsigned, with_signature
from streams.platforms.jupiter.api import JupiterApi
from streams.platforms.jupiter.build import FEWER_ACCOUNTS, JupiterBuild
from streams.platforms.platform import Offer
from streams.platforms.router import Router
from tests.integration.chain.conftest import SOL, Bench, refusal

MEMO = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"
TIPPED = str(Pubkey.new_unique())
SKIPPING = {"encoding": "base64", "skipPreflight": True}
TIP = Tip(1_000_000, (TIPPED,))


def platform(bench: Bench) -> JupiterBuild:
    api = JupiterApi(bench.session, bench.jupiter.url, None, SystemClock())
    return JupiterBuild(api, bench.nodes(), TIP)


def signed_by_maker(bench: Bench, offer: Offer) -> str:
    """Add the signature that the local market needs, and Jupiter's routes do not."""
    unsigned = VersionedTransaction.from_bytes(base64.b64decode(offer.transaction))
    maker = bench.jupiter.market.maker
    at = unsigned.message.account_keys.index(maker.pubkey())
    signatures = list(unsigned.signatures)
    signatures[at] = maker.sign_message(to_bytes_versioned(unsigned.message))
    return to_base64(VersionedTransaction.populate(unsigned.message, signatures))


def limits_of(order: Order, offer: Offer, signatures: int = 2) -> Limits:
    return Limits(
        order.wallet, order.mint, order.lamports, order.priority_fee_lamports,
        offer.tip_lamports, offer.figures.minimum_out, offer.rent_lamports, signatures,
    )  # fmt: skip


@pytest.mark.parametrize("token", [0, 1], ids=["spl-token", "token-2022"])
async def test_it_passes_the_guard_lands_and_costs_what_was_quoted(
    bench: Bench, token: int
) -> None:
    order = bench.order(token=token)
    offer = await platform(bench).offer(order)
    unsigned = read_unsigned(signed_by_maker(bench, offer), order.wallet)
    message = unsigned.transaction.message
    assert isinstance(message, MessageV0)
    assert [bench.jupiter.market.table] == [
        table.account_key for table in message.address_table_lookups
    ]
    assert len(bytes(unsigned.transaction)) < MAX_BYTES
    await Guard(bench.nodes(), refusal).check(unsigned, limits_of(order, offer))
    mine = bench.buyer.sign_message(unsigned.message_bytes)
    signed = with_signature(unsigned, bytes(mine))
    await bench.nodes().read("sendTransaction", signed.base64, SKIPPING)
    bench.node.advance(2)
    answer = await bench.nodes().read(
        "getTransaction",
        signed.signature,
        {"encoding": "json", "commitment": "confirmed", "maxSupportedTransactionVersion": 0},
    )
    fill = fill_of(answer, order.wallet, order.mint, {TIPPED})
    quoted = offer.figures
    assert (None, order.lamports, quoted.expected_out) == (
        fill.error, fill.price_lamports, fill.tokens_received,
    )  # fmt: skip
    assert (quoted.fees.priority, TIP.lamports) == (fill.fees.priority, fill.fees.tip)
    assert order.priority_fee_lamports >= fill.fees.priority > order.priority_fee_lamports - 10
    assert 0 == quoted.fees.venue_bps


async def test_no_fee_of_jupiters_makes_it_cheaper_than_an_order(bench: Bench) -> None:
    order = bench.order()
    ordered, built = await bench.platform.quote(order), await platform(bench).quote(order)
    assert built.expected_out > ordered.expected_out
    assert (built.minimum_out, "best route of Jupiter's metis") == (
        built.expected_out * 9_700 // 10_000, built.reason,
    )  # fmt: skip


async def test_without_the_other_signature_nothing_is_signed(bench: Bench) -> None:
    order = bench.order()
    offer = await platform(bench).offer(order)
    assert 1 == offer.signatures
    with pytest.raises(Refused, match="is missing or wrong"):
        read_unsigned(offer.transaction, order.wallet)


async def test_what_would_fail_is_told_in_the_buys_own_words(bench: Bench) -> None:
    """A wallet that cannot pay finds out by the trial, before anything is signed."""
    router = Router(bench.nodes(), (), platform(bench), SystemClock())
    with pytest.raises(Refused) as caught:
        await router.offer(bench.order(lamports=3 * SOL))
    assert Code.INSUFFICIENT_BALANCE == caught.value.code


async def test_an_automatic_fee_is_what_the_accounts_cost_and_nothing_where_nobody_competes(
    bench: Bench,
) -> None:
    auto = replace(bench.order(), priority="auto")
    bench.node.advance(160)
    assert 0 == (await platform(bench).offer(auto)).figures.fees.priority
    bench.node.chain.knobs.price_floor = 50_000
    dearer = (await platform(bench).offer(auto)).figures.fees.priority
    assert 0 < dearer < auto.priority_fee_lamports
    bench.node.chain.knobs.price_floor = 50_000_000
    capped = (await platform(bench).offer(auto)).figures.fees.priority
    assert auto.priority_fee_lamports - 10 < capped <= auto.priority_fee_lamports


class Wide(JupiterApi):
    """Routes that are too long, at least where it may choose how many accounts they have."""

    def __init__(self, bench: Bench, *, ever: bool) -> None:
        super().__init__(bench.session, bench.jupiter.url, None, SystemClock())
        self.ever = ever
        self.asked: list[str | None] = []

    async def build(self, params: dict[str, str]) -> dict[str, Any]:
        self.asked.append(params.get("maxAccounts"))
        answer = await super().build(params)
        if "maxAccounts" not in params or self.ever:
            data = base64.b64encode(bytes(900)).decode()
            answer["otherInstructions"] = [{"programId": MEMO, "accounts": [], "data": data}]
        return answer


def router_of(bench: Bench, wide: Wide) -> Router:
    return Router(bench.nodes(), (), JupiterBuild(wide, bench.nodes(), TIP), SystemClock())


async def test_a_route_that_does_not_fit_is_asked_for_again_with_fewer_accounts(
    bench: Bench,
) -> None:
    wide = Wide(bench, ever=False)
    offer = await router_of(bench, wide).offer(bench.order())
    assert [None, FEWER_ACCOUNTS] == wide.asked
    assert len(base64.b64decode(offer.transaction)) <= MAX_BYTES


async def test_a_route_that_never_fits_is_refused_for_its_length_not_for_the_nodes_word(
    bench: Bench,
) -> None:
    wide = Wide(bench, ever=True)
    with pytest.raises(Refused, match=r"it has \d+ bytes, and 1232 fit") as caught:
        await router_of(bench, wide).offer(bench.order())
    assert Code.TRANSACTION_FAILED == caught.value.code
    assert [None, FEWER_ACCOUNTS] == wide.asked


class Crowded(JupiterApi):
    """A Jupiter whose swap names more accounts than a transaction can."""

    async def build(self, params: dict[str, str]) -> dict[str, Any]:
        answer = await super().build(params)
        crowd = [str(Pubkey.new_unique()) for _ in range(300)]
        answer["swapInstruction"]["accounts"] += [
            {"pubkey": one, "isSigner": False, "isWritable": True} for one in crowd
        ]
        return answer


async def test_a_route_that_no_transaction_can_take_is_refused(bench: Bench) -> None:
    api = Crowded(bench.session, bench.jupiter.url, None, SystemClock())
    with pytest.raises(Refused, match="garbles") as caught:
        await JupiterBuild(api, bench.nodes(), TIP).offer(bench.order())
    assert Code.TRANSACTION_UNSAFE == caught.value.code


async def test_a_jupiter_that_is_down_can_be_tried_again(bench: Bench) -> None:
    bench.jupiter.faults.add(Fault("http", method="build", status=500))
    with pytest.raises(Retryable, match="Platform unavailable"):
        await platform(bench).offer(bench.order())


async def test_like_orders_of_a_wallet_are_different_transactions(bench: Bench) -> None:
    """The blockhash and the prices are the same: no slot passes."""
    order = bench.order()
    offer, same = await platform(bench).offer(order), await platform(bench).offer(order)
    like = await platform(bench).offer(replace(order, job_id=UUID(int=2)))
    assert offer.transaction == same.transaction
    assert offer.transaction != like.transaction
    assert offer.figures.fees == like.figures.fees
