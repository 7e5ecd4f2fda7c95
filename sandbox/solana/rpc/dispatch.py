"""From a JSON-RPC call to its answer. Synchronous: faults that take time are the listener's."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.solana.faults import Fault
from sandbox.solana.rpc import (
    methods_accounts,
    methods_blocks,
    methods_chain,
    methods_history,
    methods_send,
)
from sandbox.solana.rpc.errors import INVALID_REQUEST, METHOD_NOT_FOUND, RpcError
from sandbox.solana.rpc.params import Params
from sandbox.solana.view import View

Method = Callable[[View, Params], Any]

METHODS: Mapping[str, Method] = {
    "getHealth": methods_chain.get_health,
    "getVersion": methods_chain.get_version,
    "getGenesisHash": methods_chain.get_genesis_hash,
    "getIdentity": methods_chain.get_identity,
    "getSlot": methods_chain.get_slot,
    "getBlockHeight": methods_chain.get_block_height,
    "getEpochInfo": methods_chain.get_epoch_info,
    "getTransactionCount": methods_chain.get_transaction_count,
    "getFirstAvailableBlock": methods_blocks.get_first_available_block,
    "getBlock": methods_blocks.get_block,
    "getBlocksWithLimit": methods_blocks.get_blocks_with_limit,
    "getBlockTime": methods_chain.get_block_time,
    "getLatestBlockhash": methods_chain.get_latest_blockhash,
    "isBlockhashValid": methods_chain.is_blockhash_valid,
    "getMinimumBalanceForRentExemption": methods_chain.get_minimum_balance,
    "getFeeForMessage": methods_chain.get_fee_for_message,
    "getRecentPrioritizationFees": methods_chain.get_recent_prioritization_fees,
    "getBalance": methods_accounts.get_balance,
    "getAccountInfo": methods_accounts.get_account_info,
    "getMultipleAccounts": methods_accounts.get_multiple_accounts,
    "getTokenAccountBalance": methods_accounts.get_token_account_balance,
    "getTokenSupply": methods_accounts.get_token_supply,
    "getTokenAccountsByOwner": methods_accounts.get_token_accounts_by_owner,
    "getSignatureStatuses": methods_history.get_signature_statuses,
    "getTransaction": methods_history.get_transaction,
    "getSignaturesForAddress": methods_history.get_signatures_for_address,
    "requestAirdrop": methods_send.request_airdrop,
    "simulateTransaction": methods_send.simulate_transaction,
    "sendTransaction": methods_send.send_transaction,
}


def method_of(call: Any) -> str:
    """Answer a call's method name; "" for what is no call."""
    name = call.get("method") if isinstance(call, dict) else None
    return name if isinstance(name, str) else ""


def answer(view: View, call: Any, faults: Sequence[Fault] = ()) -> dict[str, Any]:
    """Carry out one call; errors become the answer's `error`."""
    try:
        return result(call, _run(view, call, faults))
    except RpcError as error:
        return failure(call, error)


def result(call: Any, value: Any) -> dict[str, Any]:
    """Wrap a result."""
    return {"jsonrpc": "2.0", "result": value, "id": call.get("id")}


def failure(call: Any, error: RpcError) -> dict[str, Any]:
    """Wrap an error."""
    number = call.get("id") if isinstance(call, dict) else None
    return {"jsonrpc": "2.0", "error": error.plain(), "id": number}


def _run(view: View, call: Any, faults: Sequence[Fault]) -> Any:
    name = method_of(call)
    if not name:
        raise RpcError(INVALID_REQUEST, "Invalid request")
    method = METHODS.get(name)
    if method is None:
        raise RpcError(METHOD_NOT_FOUND, "Method not found")
    view.calls[name] += 1
    params = Params(call.get("params"))
    if name == "sendTransaction":
        return methods_send.send_transaction(view, params, faults)
    return method(view, params)
