"""The parts of the chain that need no network."""

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.account import Account
from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from buyqueue import base58
from sandbox.jupiter.pricing import BPS, quote
from sandbox.jupiter.swap import UNIT_LIMIT, fee_of, unit_price_for
from sandbox.jupiter.tokens import DEFAULT_TOKENS, TokenSpec
from sandbox.solana.ledger import messages
from sandbox.solana.ledger.chain import Chain
from sandbox.solana.ledger.tokens import ui_amount
from sandbox.solana.ledger.undo import UndoLog
from sandbox.solana.rpc.transactions import meta_shape
from tests.controls.own_wallet import signature_of
from tests.sandbox.transactions import SOL, encoded, pay


@given(st.binary(max_size=80))
def test_base58_reads_what_it_writes(data: bytes) -> None:
    assert data == base58.decode(base58.encode(data))


def test_base58_writes_addresses() -> None:
    key = Pubkey.new_unique()
    assert str(key) == base58.encode(bytes(key))


def test_the_undo_log_answers_every_height() -> None:
    log, key, other = UndoLog(), Pubkey.new_unique(), Pubkey.new_unique()
    one, two, three = (Account(n, b"", Pubkey.default()) for n in (1, 2, 3))
    for height, before in ((1, None), (2, one), (3, two)):
        log.open(height)
        log.record(key, before)
    log.record(key, three)
    assert [None, one, two, three] == [log.as_of(height, key, three) for height in range(4)]
    assert {key: one} == log.since(1)
    assert log.as_of(0, other, one) == one
    assert {key: two} == log.pop()
    assert {key: one} == log.newest()


@pytest.mark.parametrize(("units", "price"), [(0, 0), (1_000, 1), (1_400_000, 999_999), (777, 12)])
def test_our_fee_is_litesvms_fee(units: int, price: int) -> None:
    chain, payer = Chain(), Keypair()
    chain.airdrop(payer.pubkey(), SOL)
    chain.advance(1)
    tx = pay(payer, Pubkey.new_unique(), SOL // 10, chain.tip.blockhash, units=units, price=price)
    signature = chain.submit(tx)
    chain.advance(1)
    record = chain.history.get(signature)
    assert record is not None
    assert messages.fee_of(messages.message_of(tx)) == record.outcome.fee


def test_legacy_messages_land_too() -> None:
    """Their writable keys come from the header."""
    chain, payer, to = Chain(), Keypair(), Pubkey.new_unique()
    chain.airdrop(payer.pubkey(), SOL)
    chain.advance(1)
    move = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=to, lamports=SOL // 2))
    message = Message.new_with_blockhash([move], payer.pubkey(), chain.tip.blockhash)
    keys = messages.keys_of(message, lambda _key: None)
    chain.submit(VersionedTransaction(message, [payer]))
    chain.advance(1)
    assert keys.writable == (True, True, False)
    assert chain.bank("processed").lamports(to) == SOL // 2
    assert chain.bank("confirmed").lamports(to) == 0


def test_lookup_tables_are_resolved() -> None:
    """What a table adds is read, written and undone like any other key."""
    chain, payer, to = Chain(), Keypair(), Pubkey.new_unique()
    table = Pubkey.new_unique()
    state = struct.pack("<IQQBB32sH", 1, 2**64 - 1, 1, 0, 0, bytes(32), 0) + bytes(to)
    program = Pubkey.from_string("AddressLookupTab1e1111111111111111111111111")
    chain.put_account(table, Account(SOL, state, program))
    chain.airdrop(payer.pubkey(), SOL)
    chain.advance(1)
    move = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=to, lamports=SOL // 2))
    message = MessageV0.try_compile(
        payer.pubkey(), [move], [AddressLookupTableAccount(table, [to])], chain.tip.blockhash
    )
    signature = chain.submit(VersionedTransaction(message, [payer]))
    chain.advance(1)
    record = chain.history.get(signature)
    assert record is not None
    shape = meta_shape(record)
    assert shape["loadedAddresses"] == {"writable": [str(to)], "readonly": []}
    assert chain.bank("processed").lamports(to) == SOL // 2
    assert chain.bank("confirmed").lamports(to) == 0


def test_a_message_lands_once_under_whichever_signature() -> None:
    """And again once a fork has dropped it."""
    chain, payer = Chain(), Keypair()
    chain.airdrop(payer.pubkey(), SOL)
    chain.advance(2)
    first = pay(payer, Pubkey.new_unique(), 1_000_000, chain.tip.blockhash)
    drawn = signature_of(encoded(first), payer, drawn=True)
    second = VersionedTransaction.populate(first.message, [Signature.from_string(drawn)])
    chain.submit(second)
    chain.advance()
    chain.submit(first)
    chain.advance()
    landed = [chain.history.get(str(one.signatures[0])) for one in (first, second)]
    assert [False, True] == [one is not None for one in landed]
    chain.roll_back(2, requeue=False)
    chain.submit(first)
    chain.advance()
    assert chain.history.get(str(first.signatures[0])) is not None


def test_what_cannot_pay_does_not_land() -> None:
    chain, poor = Chain(), Keypair()
    signature = chain.submit(pay(poor, Pubkey.new_unique(), 1, chain.tip.blockhash))
    chain.advance(1)
    assert chain.history.get(signature) is None
    assert len(chain.pending) == 0


def test_block_times_never_fall() -> None:
    """Counted by the slots, also when their length changes; or told by a clock."""
    chain, clocked = Chain(slot_ms=400), Chain(wall=lambda: 1_800_000_000.9)
    times = []
    for slot_ms in (400, 10, 2_000):
        chain.knobs.slot_ms = slot_ms
        times.append([chain.advance(1).unix_time for _ in range(100)])
    assert [spent[-1] - spent[0] for spent in times] == [
        pytest.approx(n, abs=1) for n in (40, 1, 198)
    ]
    assert sorted(itertools.chain(*times)) == list(itertools.chain(*times))
    assert clocked.advance(1).unix_time == 1_800_000_000


def test_the_same_seed_makes_the_same_chain() -> None:
    one, two, other = Chain(seed="a"), Chain(seed="a"), Chain(seed="b")
    assert one.tip == two.tip
    assert one.tip.blockhash != other.tip.blockhash


def test_simulation_runs_on_the_asked_bank_and_leaves_no_trace() -> None:
    """Money that arrived a block ago is not there yet at `finalized`."""
    chain, payer = Chain(), Keypair()
    chain.airdrop(payer.pubkey(), SOL)
    chain.advance(2)
    tx = pay(payer, Pubkey.new_unique(), SOL // 2, chain.bank("finalized").block.blockhash)
    errors = [
        chain.bank(level).simulate(tx).outcome.err
        for level in ("processed", "confirmed", "finalized", "processed")
    ]
    assert errors == [None, None, "AccountNotFound", None]
    assert chain.bank("processed").lamports(payer.pubkey()) == SOL


def test_a_missing_program_is_found_out_before_anybody_pays() -> None:
    """NB: on the real chain it would land and pay its fee (SIMD-82); LiteSVM charges nothing."""
    chain, payer = Chain(), Keypair()
    chain.airdrop(payer.pubkey(), SOL)
    chain.advance(1)
    nothing = Instruction(Pubkey.new_unique(), b"", [])
    message = MessageV0.try_compile(payer.pubkey(), [nothing], [], chain.tip.blockhash)
    tx = VersionedTransaction(message, [payer])
    error = chain.bank("processed").simulate(tx).outcome.err
    signature = chain.submit(tx)
    chain.advance(1)
    assert chain.history.get(signature) is None
    assert error in {"ProgramAccountNotFound", "InvalidProgramForExecution"}


def test_ui_amounts() -> None:
    assert (ui_amount(1500, 3)["uiAmountString"], ui_amount(1500, 3)["uiAmount"]) == ("1.5", 1.5)
    assert ui_amount(1, 6)["uiAmountString"] == "0.000001"
    assert (
        ui_amount(7, 0)["uiAmountString"],
        ui_amount(10_000, 3)["uiAmountString"],
    ) == ("7", "10")


@given(
    st.sampled_from(DEFAULT_TOKENS),
    st.integers(1, 10**18),
    st.integers(1, 10**12),
    st.integers(0, BPS),
)
def test_quotes_never_give_more_than_the_pool_has(
    token: TokenSpec, inventory: int, amount: int, slippage: int
) -> None:
    """Twice the SOL buys less than twice the tokens, and the product never falls."""
    once = quote(token, inventory, amount, slippage)
    twice = quote(token, inventory, 2 * amount, slippage)
    assert once.amount_out < inventory
    assert twice.amount_out <= 2 * once.amount_out + 2
    assert once.threshold <= once.amount_out


@given(st.integers(0, 10**10))
def test_the_priority_fee_is_what_was_asked_for(lamports: int) -> None:
    """At most, and short of it by no more than rounding to a unit price."""
    paid = fee_of(unit_price_for(lamports)) - 10_000
    assert lamports - UNIT_LIMIT // 1_000_000 - 1 <= paid <= lamports
