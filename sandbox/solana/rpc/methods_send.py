"""Methods that bring transactions in: airdrop, simulate, send."""

from collections.abc import Sequence
from typing import Any

from solders.transaction import VersionedTransaction

from sandbox.solana.faults import Fault
from sandbox.solana.ledger.bank import Bank, refused
from sandbox.solana.ledger.execute import Simulated
from sandbox.solana.ledger.messages import fully_signed, message_of, with_blockhash
from sandbox.solana.rpc.errors import RpcError, invalid_params, preflight_failure
from sandbox.solana.rpc.params import Params, pubkey, transaction
from sandbox.solana.rpc.shapes import account_shape, with_context
from sandbox.solana.view import View, commitment_of

_AIRDROP_REFUSED = -32603


def request_airdrop(view: View, params: Params) -> str:
    """Queue a transfer from the faucet; it lands with the next block."""
    lamports = params.number(1)
    if lamports == 0:
        raise RpcError(_AIRDROP_REFUSED, "airdrop of nothing")
    return view.chain.airdrop(pubkey(params.get(0)), lamports)


def simulate_transaction(view: View, params: Params) -> dict[str, Any]:
    """Run a transaction on the bank of a commitment; nothing lands and nobody pays."""
    config = params.config(1)
    tx = transaction(params.text(0), config.get("encoding"))
    bank = view.bank(config)
    replace, verify = bool(config.get("replaceRecentBlockhash")), bool(config.get("sigVerify"))
    if replace and verify:
        raise invalid_params("sigVerify may not be used with replaceRecentBlockhash")
    replacement = None
    if replace:
        message = with_blockhash(message_of(tx), bank.block.blockhash)
        tx = VersionedTransaction.populate(message, tx.signatures)
        replacement = {
            "blockhash": str(bank.block.blockhash),
            "lastValidBlockHeight": bank.block.height + 150,
        }
    signed = not verify or fully_signed(tx)
    simulated = bank.simulate(tx) if signed else refused("SignatureFailure")
    outcome = simulated.outcome
    return with_context(
        bank,
        {
            "err": outcome.err,
            "logs": list(outcome.logs),
            "accounts": _accounts(bank, simulated, config.get("accounts")),
            "unitsConsumed": outcome.units,
            "loadedAccountsDataSize": None,
            "returnData": outcome.return_data,
            "innerInstructions": list(outcome.inner) if config.get("innerInstructions") else None,
            "replacementBlockhash": replacement,
            "fee": outcome.fee or None,
        },
    )


def send_transaction(view: View, params: Params, faults: Sequence[Fault] = ()) -> str:
    """Check a transaction as asked, queue it and answer its signature.

    Sending the same bytes again is harmless. With skipPreflight nothing is checked, and what is
    wrong is dropped without a word, a bad signature too: that is how a real node behaves.
    """
    config = params.config(1)
    tx = transaction(params.text(0), config.get("encoding"))
    if not config.get("skipPreflight"):
        view.require_healthy()
        wanted = commitment_of(config, "preflightCommitment")
        bank = view.bank(config | {"commitment": wanted})
        simulated = bank.simulate(tx) if fully_signed(tx) else refused("SignatureFailure")
        if simulated.outcome.err is not None:
            raise preflight_failure(simulated)
    if any(fault.kind == "drop" for fault in faults):
        return str(tx.signatures[0])
    delay = max((fault.slots for fault in faults if fault.kind == "delay"), default=0)
    return view.chain.submit(tx, delay_slots=delay)


def _accounts(bank: Bank, simulated: Simulated, asked: dict[str, Any] | None) -> Any:
    if asked is None:
        return None
    encoding = asked.get("encoding") or "base64"
    if encoding not in ("base64", "jsonParsed"):
        raise invalid_params(f"{encoding} encoding not supported")
    keys = [pubkey(text) for text in asked["addresses"]]
    if simulated.outcome.err is not None:
        return [None] * len(keys)
    config = {"encoding": encoding}
    return [
        account_shape(bank, simulated.accounts.get(key) or bank.account(key), config)
        for key in keys
    ]
