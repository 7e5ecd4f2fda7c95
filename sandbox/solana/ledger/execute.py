"""Running one transaction in LiteSVM and writing down what it did."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import (
    FailedTransactionMetadata,
    SimulateResult,
    TransactionMetadata,
    TransactionResult,
)

from buyqueue import base58
from sandbox.solana.ledger.accounts import Accounts
from sandbox.solana.ledger.blocks import Block
from sandbox.solana.ledger.messages import keys_of, message_of, unit_price
from sandbox.solana.ledger.records import Outcome, TokenBalance, TxRecord
from sandbox.solana.ledger.tokens import holding_of, mint_of


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a simulation did; `accounts` are the writable ones after it, empty if it failed."""

    outcome: Outcome
    accounts: dict[Pubkey, Account]


def run(accounts: Accounts, tx: VersionedTransaction, block: Block, index: int) -> TxRecord | None:
    """Execute a transaction in a block; None if it could not even pay and so never lands.

    A failed transaction that pays its fee lands, as on the real chain. NB: one whose program or
    accounts cannot be loaded does not, though the real chain takes its fee (SIMD-82).
    """
    keys = keys_of(message_of(tx), accounts.now)
    every = keys.every
    before = [accounts.now(key) for key in every]
    result = accounts.svm.send_transaction(tx)
    after = [accounts.now(key) for key in every]
    if isinstance(result, FailedTransactionMetadata) and after[0] == before[0]:
        return None
    for position, key in enumerate(every):
        if keys.writable[position] and before[position] != after[position]:
            accounts.wrote(key, before[position], after[position])
    return TxRecord(
        signature=str(tx.signatures[0]),
        wire=bytes(tx),
        slot=block.slot,
        height=block.height,
        index=index,
        unix_time=block.unix_time,
        unit_price=unit_price(message_of(tx)),
        outcome=outcome_of(result),
        keys=tuple(str(key) for key in every),
        loaded_writable=len(keys.loaded_writable),
        loaded_readonly=len(keys.loaded_readonly),
        pre_balances=tuple(account.lamports if account else 0 for account in before),
        post_balances=tuple(account.lamports if account else 0 for account in after),
        pre_tokens=_token_balances(accounts, before),
        post_tokens=_token_balances(accounts, after),
    )


def simulate(accounts: Accounts, tx: VersionedTransaction) -> Simulated:
    """Execute a transaction without a trace in the state that LiteSVM is in now."""
    result = accounts.svm.simulate_transaction(tx)
    if isinstance(result, FailedTransactionMetadata):
        return Simulated(outcome_of(result), {})
    return Simulated(outcome_of(result), dict(result.post_accounts()))


def outcome_of(result: TransactionResult | SimulateResult) -> Outcome:
    """Translate LiteSVM's answer."""
    err = None
    if isinstance(result, FailedTransactionMetadata):
        err = json.loads(result.to_json())["err"]
    meta = result if isinstance(result, TransactionMetadata) else result.meta()
    returned = meta.return_data()
    return Outcome(
        err=err,
        fee=meta.fee(),
        units=meta.compute_units_consumed(),
        logs=tuple(meta.logs()),
        inner=_inner(meta),
        return_data={
            "programId": str(returned.program_id),
            "data": [base64.b64encode(returned.data).decode(), "base64"],
        }
        if returned.data
        else None,
    )


def _inner(meta: TransactionMetadata) -> tuple[Any, ...]:
    return tuple(
        {
            "index": index,
            "instructions": [
                {
                    "programIdIndex": item.instruction().program_id_index,
                    "accounts": list(item.instruction().accounts),
                    "data": base58.encode(item.instruction().data),
                    "stackHeight": item.stack_height(),
                }
                for item in items
            ],
        }
        for index, items in enumerate(meta.inner_instructions())
        if items
    )


def _token_balances(accounts: Accounts, states: list[Account | None]) -> tuple[TokenBalance, ...]:
    balances = []
    for index, account in enumerate(states):
        holding = holding_of(account)
        mint = mint_of(accounts.now(holding.mint)) if holding else None
        if holding and mint:
            balances.append(
                TokenBalance(
                    account_index=index,
                    mint=str(holding.mint),
                    owner=str(holding.owner),
                    program=str(holding.program),
                    amount=holding.amount,
                    decimals=mint.decimals,
                )
            )
    return tuple(balances)
