"""Which transactions are signed at all, and how."""

import base64

import pytest
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.system_program import (
    AdvanceNonceAccountParams,
    TransferParams,
    advance_nonce_account,
    transfer,
)
from solders.transaction import VersionedTransaction

from buyqueue.errors import Code, Refused
from streams.chain.transactions import read_unsigned, with_signature, writable_keys

BUYER, MAKER = Keypair(), Keypair()
WALLET = str(BUYER.pubkey())


def pay(source: Keypair, target: Pubkey) -> Instruction:
    return transfer(TransferParams(from_pubkey=source.pubkey(), to_pubkey=target, lamports=5))


def offered(*instructions: Instruction, payer: Keypair = BUYER, maker_signs: bool = True) -> str:
    message = MessageV0.try_compile(payer.pubkey(), list(instructions), [], Hash.new_unique())
    signers = message.account_keys[: message.header.num_required_signatures]
    signatures = [
        MAKER.sign_message(to_bytes_versioned(message))
        if signer == MAKER.pubkey() and maker_signs
        else Signature.default()
        for signer in signers
    ]
    return base64.b64encode(bytes(VersionedTransaction.populate(message, signatures))).decode()


SWAP = (pay(BUYER, MAKER.pubkey()), pay(MAKER, BUYER.pubkey()))


def test_signing_keeps_the_makers_signature() -> None:
    unsigned = read_unsigned(offered(*SWAP), WALLET)
    mine = BUYER.sign_message(unsigned.message_bytes)
    signed = with_signature(unsigned, bytes(mine))
    complete = VersionedTransaction.from_bytes(base64.b64decode(signed.base64))
    complete.verify_and_hash_message()
    assert str(mine) == signed.signature == str(complete.signatures[0])
    assert {WALLET, str(MAKER.pubkey())} == set(writable_keys(unsigned))


NONCE = advance_nonce_account(
    AdvanceNonceAccountParams(nonce_pubkey=Pubkey.new_unique(), authorized_pubkey=BUYER.pubkey())
)
BIG = Instruction(Pubkey.new_unique(), bytes(1_100), [])

REFUSED = {
    "not base64": ("?", "cannot be read"),
    "no transaction": ("AAAA", "cannot be read"),
    "another fee payer": (offered(*SWAP, payer=MAKER), "fee payer"),
    "a maker who has not signed": (offered(*SWAP, maker_signs=False), "missing or wrong"),
    "a durable nonce": (offered(NONCE, *SWAP), "never expire"),
    "too many bytes": (offered(BIG, *SWAP), "1232 fit"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_transaction_that_is_not_ours_to_sign_is_refused(case: str) -> None:
    encoded, reason = REFUSED[case]
    with pytest.raises(Refused, match=reason) as caught:
        read_unsigned(encoded, WALLET)
    assert caught.value.code == Code.TRANSACTION_UNSAFE


def test_nothing_of_the_buyer_is_there_before_signing() -> None:
    assert Signature.default() == read_unsigned(offered(*SWAP), WALLET).transaction.signatures[0]


def test_one_signature_more_costs_one_signature_fee_more() -> None:
    assert read_unsigned(offered(*SWAP), WALLET).signature_count == 2
