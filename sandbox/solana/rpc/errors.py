"""JSON-RPC errors with the codes and texts of Agave (rpc-client-api `custom_error.rs`)."""

from typing import Any

from sandbox.solana.ledger.execute import Simulated

INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32600, -32601, -32602
PARSE_ERROR, INTERNAL_ERROR = -32700, -32603
PREFLIGHT_FAILURE, NODE_UNHEALTHY, TX_VERSION, MIN_CONTEXT = -32002, -32005, -32015, -32016

_TEXTS = {
    "AccountNotFound": "Attempt to debit an account but found no record of a prior credit.",
    "AlreadyProcessed": "This transaction has already been processed",
    "BlockhashNotFound": "Blockhash not found",
    "InsufficientFundsForFee": "Insufficient funds for fee",
    "InvalidAccountForFee": "This account may not be used to pay transaction fees",
    "ProgramAccountNotFound": "Attempt to load a program that does not exist",
    "SignatureFailure": "Transaction did not pass signature verification",
    "AddressLookupTableNotFound": "Transaction loads an address table account that doesn't exist",
}


class RpcError(Exception):
    """What a JSON-RPC answer's `error` says."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def plain(self) -> dict[str, Any]:
        """Answer the wire form."""
        body = {"code": self.code, "message": self.message}
        return body if self.data is None else body | {"data": self.data}


def invalid_params(text: str) -> RpcError:
    """-32602."""
    return RpcError(INVALID_PARAMS, text)


def behind(slots: int) -> RpcError:
    """-32005: the node says itself that it is behind.

    NB: `data` is always there; solders panics on this code without it.
    """
    return RpcError(
        NODE_UNHEALTHY, f"Node is behind by {slots} slots", {"numSlotsBehind": slots or None}
    )


def min_context_slot(slot: int) -> RpcError:
    """-32016: the asked slot is not reached."""
    text = "Minimum context slot has not been reached"
    return RpcError(MIN_CONTEXT, text, {"contextSlot": slot})


def preflight_failure(simulated: Simulated) -> RpcError:
    """-32002 with what the simulation said; solders panics on this code without `data`."""
    outcome = simulated.outcome
    return RpcError(
        PREFLIGHT_FAILURE,
        f"Transaction simulation failed: {text_of(outcome.err)}",
        {
            "accounts": None,
            "err": outcome.err,
            "innerInstructions": None,
            "loadedAccountsDataSize": None,
            "logs": list(outcome.logs),
            "replacementBlockhash": None,
            "returnData": outcome.return_data,
            "unitsConsumed": outcome.units,
        },
    )


def text_of(err: Any) -> str:
    """Answer the sentence for a `TransactionError`; the rarer ones keep their name."""
    match err:
        case {"InstructionError": [index, {"Custom": code}]}:
            return f"Error processing Instruction {index}: custom program error: {code:#x}"
        case {"InstructionError": [index, {**tagged}]}:
            return f"Error processing Instruction {index}: {next(iter(tagged))}"
        case {"InstructionError": [index, name]}:
            return f"Error processing Instruction {index}: {name}"
        case {"InsufficientFundsForRent": {"account_index": index}}:
            return f"Transaction results in an account ({index}) with insufficient funds for rent"
        case str(name):
            return _TEXTS.get(name, name)
        case _:
            return str(err)
