"""Methods that read what landed."""

from typing import Any

from sandbox.solana.ledger.bank import Bank
from sandbox.solana.ledger.blocks import FINALIZED_DEPTH
from sandbox.solana.ledger.records import TxRecord
from sandbox.solana.rpc.errors import invalid_params
from sandbox.solana.rpc.params import Params, pubkey, signature
from sandbox.solana.rpc.shapes import with_context
from sandbox.solana.rpc.transactions import status_shape, transaction_shape
from sandbox.solana.view import View, commitment_of

_STATUS_CACHE = 300
"""Blocks that a node remembers statuses of without searching its history."""
_MOST_STATUSES = 256
_MOST_SIGNATURES = 1_000


def get_signature_statuses(view: View, params: Params) -> dict[str, Any]:
    """Answer up to 256 statuses; null for what is unknown, or old and not searched for."""
    bank = view.at("processed")
    search = bool(params.config(1).get("searchTransactionHistory"))
    tip = bank.block.height
    value = []
    for text in params.texts(0, _MOST_STATUSES):
        record = bank.record(signature(text))
        known = (
            record and view.holds(record.slot) and (search or tip - record.height < _STATUS_CACHE)
        )
        value.append(_status(view, record) if record and known else None)
    return with_context(bank, value)


def get_transaction(view: View, params: Params) -> Any:
    """Answer a landed transaction, or null; `processed` is refused as on a real node."""
    given = params.get(1)
    config = {"encoding": given} if isinstance(given, str) else params.config(1)
    record = _at_least_confirmed(view, config).record(signature(params.get(0)))
    return transaction_shape(record, config) if record and view.holds(record.slot) else None


def get_signatures_for_address(view: View, params: Params) -> list[dict[str, Any]]:
    """Answer the signatures that name an account, newest first."""
    config = params.config(1)
    bank = _at_least_confirmed(view, config)
    limit = config.get("limit") or _MOST_SIGNATURES
    if limit > _MOST_SIGNATURES:
        raise invalid_params(f"Invalid limit; max {_MOST_SIGNATURES}")
    before, until = config.get("before"), config.get("until")
    listed: list[dict[str, Any]] = []
    for record in bank.touching(str(pubkey(params.get(0)))):
        if record.signature == until or len(listed) == limit:
            break
        if not view.holds(record.slot):
            continue
        if before is None:
            listed.append(_listed(view, record))
        elif record.signature == before:
            before = None
    return listed


def confirmation(view: View, record: TxRecord) -> str:
    """Answer the commitment that a landed transaction has reached in a node's view."""
    if record.height <= view.at("finalized").block.height:
        return "finalized"
    return "confirmed" if record.height <= view.at("confirmed").block.height else "processed"


def _status(view: View, record: TxRecord) -> dict[str, Any]:
    reached = confirmation(view, record)
    depth = view.at("processed").block.height - record.height
    return {
        "slot": record.slot,
        "confirmations": None if reached == "finalized" else min(depth, FINALIZED_DEPTH),
        "err": record.outcome.err,
        "status": status_shape(record.outcome),
        "confirmationStatus": reached,
    }


def _listed(view: View, record: TxRecord) -> dict[str, Any]:
    return {
        "signature": record.signature,
        "slot": record.slot,
        "err": record.outcome.err,
        "memo": None,
        "blockTime": record.unix_time,
        "confirmationStatus": confirmation(view, record),
    }


def _at_least_confirmed(view: View, config: dict[str, Any]) -> Bank:
    if commitment_of(config) == "processed":
        raise invalid_params("Method does not support commitment below `confirmed`")
    return view.bank(config)
