"""Wire shapes of accounts and contexts, as Agave writes them."""

import base64
from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey
from spl.token.constants import TOKEN_PROGRAM_ID

from buyqueue import base58
from sandbox.solana.ledger.bank import Bank
from sandbox.solana.ledger.tokens import Holding, holding_of, mint_of, ui_amount
from sandbox.solana.rpc.errors import invalid_params
from sandbox.solana.view import API_VERSION

RENT_EPOCH = 2**64 - 1
"""What every rent-exempt account reports; LiteSVM says 0."""
_STATES = ("uninitialized", "initialized", "frozen")
_MAX_BASE58 = 128


def with_context(bank: Bank, value: Any) -> dict[str, Any]:
    """Wrap a value with the slot that it was read at."""
    return {"context": {"slot": bank.block.slot, "apiVersion": API_VERSION}, "value": value}


def account_shape(bank: Bank, account: Account | None, config: dict[str, Any]) -> Any:
    """Answer a `UiAccount`, or None; `config` has encoding and dataSlice."""
    if account is None:
        return None
    return {
        "data": _data(bank, account, config),
        "executable": account.executable,
        "lamports": account.lamports,
        "owner": str(account.owner),
        "rentEpoch": RENT_EPOCH,
        "space": len(account.data),
    }


def _data(bank: Bank, account: Account, config: dict[str, Any]) -> Any:
    encoding, data = config.get("encoding") or "binary", account.data
    if encoding == "jsonParsed":
        parsed = _parsed(bank, account)
        if parsed:
            return parsed
        encoding = "base64"
    if cut := config.get("dataSlice"):
        data = data[cut["offset"] : cut["offset"] + cut["length"]]
    if encoding == "base64":
        return [base64.b64encode(data).decode(), "base64"]
    if encoding not in ("binary", "base58"):
        raise invalid_params(f"unsupported encoding {encoding!r}: base58, base64, jsonParsed")
    if len(data) > _MAX_BASE58:
        raise invalid_params(
            "Encoded binary (base 58) data should be less than 128 bytes, please use Base64."
        )
    text = base58.encode(data)
    return text if encoding == "binary" else [text, "base58"]


def _parsed(bank: Bank, account: Account) -> dict[str, Any] | None:
    """Answer token accounts and mints in words; NB: delegates and extensions are left out."""
    holding, mint = holding_of(account), mint_of(account)
    if holding:
        kind, info = "account", _holding(bank, holding)
    elif mint:
        kind = "mint"
        info = {
            "decimals": mint.decimals,
            "freezeAuthority": _or_none(mint.freeze_authority),
            "isInitialized": True,
            "mintAuthority": _or_none(mint.authority),
            "supply": str(mint.supply),
        }
    else:
        return None
    program = "spl-token" if account.owner == TOKEN_PROGRAM_ID else "spl-token-2022"
    parsed = {"info": info, "type": kind}
    return {"parsed": parsed, "program": program, "space": len(account.data)}


def _holding(bank: Bank, holding: Holding) -> dict[str, Any]:
    mint = mint_of(bank.account(holding.mint))
    return {
        "isNative": False,
        "mint": str(holding.mint),
        "owner": str(holding.owner),
        "state": _STATES[holding.state],
        "tokenAmount": ui_amount(holding.amount, mint.decimals if mint else 0),
    }


def _or_none(pubkey: Pubkey | None) -> str | None:
    return str(pubkey) if pubkey else None
