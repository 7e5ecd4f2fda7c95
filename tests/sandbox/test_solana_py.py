"""The local node serves solana-py's clients, which are used as published."""

import pytest
from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed, Finalized, Processed
from solana.rpc.core import RPCException
from solana.rpc.models import TxOpts
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.rpc.responses import GetTransactionResp
from solders.signature import Signature

from sandbox.solana.node import LocalNode
from tests.sandbox.transactions import SOL, pay


async def test_an_airdrop_climbs_through_the_commitments(
    node: LocalNode, client: AsyncClient
) -> None:
    """processed after one block, confirmed after two, finalized after 32."""
    wallet = Pubkey.new_unique()
    signature = (await client.request_airdrop(wallet, SOL)).value
    seen = []
    for slots in (1, 1, 30):
        node.advance(slots)
        status = (await client.get_signature_statuses([signature])).value[0]
        assert status is not None
        balances = [
            (await client.get_balance(wallet, commitment)).value
            for commitment in (Processed, Confirmed, Finalized)
        ]
        seen.append((str(status.confirmation_status).rsplit(".", 1)[-1], balances))
    expected = [("Processed", [SOL, 0, 0]), ("Confirmed", [SOL, SOL, 0])]
    assert [*expected, ("Finalized", [SOL, SOL, SOL])] == seen


async def test_a_payment_costs_exactly_its_fees(
    node: LocalNode, client: AsyncClient, payer: Keypair
) -> None:
    """5,000 lamports per signature and ceil(limit x price / 10^6)."""
    blockhash = (await client.get_latest_blockhash()).value.blockhash
    tx = pay(payer, Pubkey.new_unique(), SOL // 4, blockhash, units=1_000, price=3_500_001)
    assert isinstance(tx.message, MessageV0)
    quoted = (await client.get_fee_for_message(tx.message)).value
    signature = (await client.send_raw_transaction(bytes(tx))).value
    node.advance(2)
    landed = await client.get_transaction(signature, "json", Confirmed, 0)
    assert 5_000 + 3_501 == fee_of(landed) == quoted
    assert (await client.get_balance(payer.pubkey())).value == SOL - SOL // 4 - 8_501


async def test_preflight_refuses_with_logs(
    node: LocalNode, client: AsyncClient, payer: Keypair
) -> None:
    blockhash = (await client.get_latest_blockhash()).value.blockhash
    tx = pay(payer, Pubkey.new_unique(), 5 * SOL, blockhash)
    with pytest.raises(RPCException) as refused:
        await client.send_raw_transaction(bytes(tx))
    failure = refused.value.args[0]
    assert "custom program error: 0x1" in failure.message
    assert any("insufficient lamports" in line for line in failure.data.logs)
    assert failure.data.units_consumed > 0
    node.advance(2)
    assert (await client.get_balance(payer.pubkey())).value == SOL


async def test_a_failed_transaction_pays_its_fee(
    node: LocalNode, client: AsyncClient, payer: Keypair
) -> None:
    blockhash = (await client.get_latest_blockhash()).value.blockhash
    tx = pay(payer, Pubkey.new_unique(), 5 * SOL, blockhash)
    sent = await client.send_raw_transaction(bytes(tx), TxOpts(skip_preflight=True))
    node.advance(2)
    status = (await client.get_signature_statuses([sent.value])).value[0]
    assert status is not None
    assert status.err is not None
    assert (await client.get_balance(payer.pubkey())).value == SOL - 5_000


async def test_the_same_bytes_land_once(
    node: LocalNode, client: AsyncClient, payer: Keypair
) -> None:
    """Sent again while pending, after landing with and without preflight."""
    blockhash = (await client.get_latest_blockhash()).value.blockhash
    to = Pubkey.new_unique()
    tx = pay(payer, to, SOL // 10, blockhash)
    first = await client.send_raw_transaction(bytes(tx))
    second = await client.send_raw_transaction(bytes(tx))
    node.advance(2)
    with pytest.raises(RPCException, match="already been processed"):
        await client.send_raw_transaction(bytes(tx))
    third = await client.send_raw_transaction(bytes(tx), TxOpts(skip_preflight=True))
    node.advance(2)
    assert first.value == second.value == third.value
    assert (await client.get_balance(to)).value == SOL // 10


async def test_a_transaction_expires_after_150_blocks(
    node: LocalNode, client: AsyncClient, payer: Keypair
) -> None:
    """A block at lastValidBlockHeight + 1 still takes it, the next one no longer."""
    to = Pubkey.new_unique()
    latest = (await client.get_latest_blockhash()).value
    in_time = pay(payer, to, SOL // 10, latest.blockhash)
    too_late = pay(payer, to, SOL // 5, latest.blockhash)
    node.advance(latest.last_valid_block_height - node.chain.tip.height)
    await client.send_raw_transaction(bytes(in_time), TxOpts(skip_preflight=True))
    node.advance(1)
    await client.send_raw_transaction(bytes(too_late), TxOpts(skip_preflight=True))
    node.advance(2)
    assert (await client.get_balance(to)).value == SOL // 10
    with pytest.raises(RPCException, match="Blockhash not found"):
        await client.send_raw_transaction(bytes(too_late))
    signatures = [in_time.signatures[0], too_late.signatures[0]]
    statuses = (await client.get_signature_statuses(signatures)).value
    assert [status is not None for status in statuses] == [True, False]


async def test_old_statuses_need_the_history(node: LocalNode, client: AsyncClient) -> None:
    signature = Signature.from_string(await node.fund(Pubkey.new_unique(), SOL))
    node.advance(400)
    recent = await client.get_signature_statuses([signature])
    searched = await client.get_signature_statuses([signature], search_transaction_history=True)
    assert recent.value == [None]
    assert searched.value[0] is not None
    assert node.chain.tip.slot == searched.context.slot


async def test_signatures_of_an_address_come_newest_first(
    node: LocalNode, client: AsyncClient
) -> None:
    wallet = Pubkey.new_unique()
    sent = [await node.fund(wallet, SOL) for _ in range(3)]
    listed = (await client.get_signatures_for_address(wallet)).value
    page = await client.get_signatures_for_address(wallet, limit=1, before=listed[0].signature)
    assert sent[::-1] == [str(item.signature) for item in listed]
    assert [sent[1]] == [str(item.signature) for item in page.value]


async def test_slots_run_ahead_of_heights(node: LocalNode, client: AsyncClient) -> None:
    node.chain.knobs.skip_rate = 0.5
    slot, height = node.chain.slot, node.chain.tip.height
    node.advance(100)
    made = node.chain.tip.height - height
    info = (await client.get_epoch_info(Processed)).value
    assert 20 < made < 80
    assert info.block_height == height + made
    assert slot + 100 >= info.absolute_slot > info.block_height


async def test_simulation_charges_nobody(
    node: LocalNode, client: AsyncClient, payer: Keypair
) -> None:
    to = Pubkey.new_unique()
    tx = pay(payer, to, SOL // 2, node.chain.bank("confirmed").block.blockhash)
    simulated = (await client.simulate_transaction(tx, sig_verify=True)).value
    node.advance(2)
    assert simulated.err is None
    assert simulated.units_consumed == 450
    assert (await client.get_balance(payer.pubkey())).value == SOL


async def test_a_node_ticks_by_itself() -> None:
    async with LocalNode(slot_ms=20) as node, AsyncClient(node.url) as client:
        wallet = Pubkey.new_unique()
        signature = (await client.request_airdrop(wallet, SOL)).value
        await client.confirm_transaction(signature, Confirmed, sleep_seconds=0.02)
        assert (await client.get_balance(wallet, Confirmed)).value == SOL


def fee_of(response: GetTransactionResp) -> int:
    """What a landed transaction paid, in lamports."""
    assert response.value is not None
    assert response.value.transaction.meta is not None
    return response.value.transaction.meta.fee
