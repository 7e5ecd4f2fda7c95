"""Hostile transactions of the shape that our own venues have: executed, seen, and never signed."""

from dataclasses import replace

import pytest
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.system_program import AdvanceNonceAccountParams, advance_nonce_account
from solders.transaction import VersionedTransaction

from buyqueue.errors import Code, Refused
from streams.chain.assembly import to_base64
from streams.chain.guard import Guard, Limits
from streams.chain.instructions import transfer
from streams.chain.transactions import read_unsigned
from tests.integration.chain.conftest import Bench, refusal
from tests.integration.chain.hostile import BOUGHT, MAKERS_RENT, SPENT, Stage, set_up
from tests.integration.chain.thefts import CLASSIC_ONLY, THEFTS, Theft

BOTH_TOKENS = pytest.mark.parametrize("token", [0, 1], ids=["spl-token", "token-2022"])


def limits_of(stage: Stage) -> Limits:
    return Limits(
        wallet=str(stage.wallet),
        mint=str(stage.token.mint),
        lamports=SPENT,
        priority_fee_lamports=1_000,
        tip_lamports=0,
        minimum_out=BOUGHT,
        rent_lamports=MAKERS_RENT,
        signatures=2,
    )


async def check(stage: Stage, transaction: str, limits: Limits | None = None) -> None:
    unsigned = read_unsigned(transaction, str(stage.wallet))
    await Guard(stage.bench.nodes(), refusal).check(unsigned, limits or limits_of(stage))


async def refused(stage: Stage, transaction: str) -> str:
    with pytest.raises(Refused) as caught:
        await check(stage, transaction)
    assert caught.value.code == Code.TRANSACTION_UNSAFE
    return caught.value.text


@BOTH_TOKENS
async def test_a_fair_buy_passes_and_no_lamport_less_would_do(bench: Bench, token: int) -> None:
    stage = set_up(bench, token)
    await check(stage, stage.transaction(stage.fair()))
    await check(
        stage, stage.transaction(stage.fair(), tip=500), replace(limits_of(stage), tip_lamports=500)
    )
    with pytest.raises(Refused, match="lamports would leave"):
        await check(
            stage, stage.transaction(stage.fair()), replace(limits_of(stage), lamports=SPENT - 1)
        )


@BOTH_TOKENS
@pytest.mark.parametrize("theft", THEFTS)
async def test_a_theft_beside_a_fair_buy_is_refused(bench: Bench, theft: str, token: int) -> None:
    stage = set_up(bench, token)
    await _refuses(stage, *THEFTS[theft])


@pytest.mark.parametrize("theft", CLASSIC_ONLY)
async def test_a_theft_that_only_the_classic_program_knows_is_refused(
    bench: Bench, theft: str
) -> None:
    await _refuses(set_up(bench, 0), *CLASSIC_ONLY[theft])


async def _refuses(stage: Stage, theft: Theft, reason: str) -> None:
    assert reason in await refused(stage, stage.transaction([*stage.fair(), *theft(stage)]))


async def test_a_worse_price_another_recipient_and_an_unagreed_tip_are_refused(
    bench: Bench,
) -> None:
    stage = set_up(bench, 0)
    worse = stage.transaction([*stage.pay(), stage.deliver(amount=BOUGHT - 1)])
    assert f"{BOUGHT - 1} base units would come in" in await refused(stage, worse)
    theirs = stage.transaction([*stage.pay(), stage.deliver(to=stage.maker.pubkey())])
    assert "0 base units would come in" in await refused(stage, theirs)
    tipped = stage.transaction(stage.fair(), tip=50_000_000)
    assert "lamports would leave" in await refused(stage, tipped)
    hurried = stage.transaction(stage.fair(), priority=1_001)
    assert "priority fee" in await refused(stage, hurried)


async def test_who_else_signs_or_pays_is_looked_at_before_anything_runs(bench: Bench) -> None:
    stage = set_up(bench, 0)
    with pytest.raises(Refused, match="2 signatures would be paid, and 1 were agreed"):
        await check(stage, stage.transaction(stage.fair()), replace(limits_of(stage), signatures=1))
    wallet, stranger = str(stage.wallet), Keypair()
    foreign = stage.transaction([*stage.fair(), transfer(str(stranger.pubkey()), wallet, 1)])
    with pytest.raises(Refused, match=f"the signature of {stranger.pubkey()} is missing"):
        read_unsigned(foreign, wallet)
    blockhash = stage.bench.node.chain.tip.blockhash
    message = MessageV0.try_compile(stranger.pubkey(), stage.fair(), [], blockhash)
    paid_by_others = VersionedTransaction(message, [stranger, bench.buyer, stage.maker])
    with pytest.raises(Refused, match="its fee payer is"):
        read_unsigned(to_base64(paid_by_others), wallet)


async def test_a_transaction_that_would_never_expire_is_refused(bench: Bench) -> None:
    stage = set_up(bench, 0)
    nonce = AdvanceNonceAccountParams(
        nonce_pubkey=stage.nonce.pubkey(), authorized_pubkey=stage.wallet
    )
    instructions = [advance_nonce_account(nonce), *stage.pay()]
    blockhash = stage.bench.node.chain.tip.blockhash
    message = MessageV0.try_compile(stage.wallet, instructions, [], blockhash)
    transaction = VersionedTransaction(message, [bench.buyer])
    with pytest.raises(Refused, match="durable nonce"):
        read_unsigned(to_base64(transaction), str(stage.wallet))
