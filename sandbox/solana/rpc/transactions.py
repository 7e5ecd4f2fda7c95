"""Wire shapes of landed transactions."""

import base64
from typing import Any

from solders.message import MessageV0
from solders.transaction import VersionedTransaction

from buyqueue import base58
from sandbox.solana.ledger.messages import keys_of, message_of
from sandbox.solana.ledger.records import Outcome, TokenBalance, TxRecord
from sandbox.solana.ledger.tokens import ui_amount
from sandbox.solana.rpc.errors import TX_VERSION, RpcError, invalid_params


def transaction_shape(record: TxRecord, config: dict[str, Any]) -> dict[str, Any]:
    """Answer an `EncodedConfirmedTransactionWithStatusMeta`.

    Encodings: json, base64, base58, and jsonParsed, in which instructions stay partially decoded.
    Raises RpcError -32015 for a v0 transaction when the caller does not say that it reads them.
    """
    tx = VersionedTransaction.from_bytes(record.wire)
    newest = config.get("maxSupportedTransactionVersion")
    version: Any = 0 if isinstance(message_of(tx), MessageV0) else "legacy"
    if version == 0 and newest is None:
        raise RpcError(
            TX_VERSION,
            "Transaction version (0) is not supported by the requesting client. Please try the"
            " request again with the following configuration parameter:"
            ' "maxSupportedTransactionVersion": 0',
        )
    shape = {
        "slot": record.slot,
        "blockTime": record.unix_time,
        "transaction": _encoded(tx, record, config.get("encoding") or "json"),
        "meta": meta_shape(record),
    }
    return shape if newest is None else shape | {"version": version}


def meta_shape(record: TxRecord) -> dict[str, Any]:
    """Answer a `UiTransactionStatusMeta`."""
    outcome, first = record.outcome, len(record.keys)
    readonly_from = first - record.loaded_readonly
    writable_from = readonly_from - record.loaded_writable
    meta = {
        "err": outcome.err,
        "status": status_shape(outcome),
        "fee": outcome.fee,
        "preBalances": list(record.pre_balances),
        "postBalances": list(record.post_balances),
        "innerInstructions": list(outcome.inner),
        "logMessages": list(outcome.logs),
        "preTokenBalances": [_token(balance) for balance in record.pre_tokens],
        "postTokenBalances": [_token(balance) for balance in record.post_tokens],
        "rewards": [],
        "loadedAddresses": {
            "writable": list(record.keys[writable_from:readonly_from]),
            "readonly": list(record.keys[readonly_from:]),
        },
        "computeUnitsConsumed": outcome.units,
    }
    return meta | {"returnData": outcome.return_data} if outcome.return_data else meta


def status_shape(outcome: Outcome) -> dict[str, Any]:
    """Answer the old form of `err`."""
    return {"Ok": None} if outcome.err is None else {"Err": outcome.err}


def _token(balance: TokenBalance) -> dict[str, Any]:
    return {
        "accountIndex": balance.account_index,
        "mint": balance.mint,
        "owner": balance.owner,
        "programId": balance.program,
        "uiTokenAmount": ui_amount(balance.amount, balance.decimals),
    }


def _encoded(tx: VersionedTransaction, record: TxRecord, encoding: str) -> Any:
    match encoding:
        case "base64":
            return [base64.b64encode(record.wire).decode(), "base64"]
        case "base58":
            return [base58.encode(record.wire), "base58"]
        case "json" | "jsonParsed":
            signatures = [str(signature) for signature in tx.signatures]
            parts = _message if encoding == "json" else _parsed_message
            return {"signatures": signatures, "message": parts(tx, record)}
        case _:
            raise invalid_params(f"unsupported encoding {encoding!r}")


def _message(tx: VersionedTransaction, _record: TxRecord) -> dict[str, Any]:
    message = message_of(tx)
    header = message.header
    return _with_lookups(
        tx,
        {
            "header": {
                "numRequiredSignatures": header.num_required_signatures,
                "numReadonlySignedAccounts": header.num_readonly_signed_accounts,
                "numReadonlyUnsignedAccounts": header.num_readonly_unsigned_accounts,
            },
            "accountKeys": [str(key) for key in message.account_keys],
            "recentBlockhash": str(message.recent_blockhash),
            "instructions": [
                {
                    "programIdIndex": ix.program_id_index,
                    "accounts": list(ix.accounts),
                    "data": base58.encode(ix.data),
                    "stackHeight": 1,
                }
                for ix in message.instructions
            ],
        },
    )


def _parsed_message(tx: VersionedTransaction, record: TxRecord) -> dict[str, Any]:
    message, names = message_of(tx), record.keys
    keys = keys_of(message, lambda _key: None)
    static = len(keys.static)
    loaded = [True] * record.loaded_writable + [False] * record.loaded_readonly
    flags = [*keys.writable, *loaded]
    return _with_lookups(
        tx,
        {
            "accountKeys": [
                {
                    "pubkey": name,
                    "signer": index < keys.signers,
                    "writable": flags[index],
                    "source": "transaction" if index < static else "lookupTable",
                }
                for index, name in enumerate(names)
            ],
            "recentBlockhash": str(message.recent_blockhash),
            "instructions": [
                {
                    "programId": names[ix.program_id_index],
                    "accounts": [names[index] for index in ix.accounts],
                    "data": base58.encode(ix.data),
                    "stackHeight": 1,
                }
                for ix in message.instructions
            ],
        },
    )


def _with_lookups(tx: VersionedTransaction, message: dict[str, Any]) -> dict[str, Any]:
    v0 = tx.message
    if not isinstance(v0, MessageV0):
        return message
    lookups = [
        {
            "accountKey": str(lookup.account_key),
            "writableIndexes": list(lookup.writable_indexes),
            "readonlyIndexes": list(lookup.readonly_indexes),
        }
        for lookup in v0.address_table_lookups
    ]
    return message | {"addressTableLookups": lookups}
