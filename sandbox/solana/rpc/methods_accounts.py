"""Methods that read accounts and tokens."""

from typing import Any

from sandbox.solana.ledger.bank import Bank
from sandbox.solana.ledger.tokens import TOKEN_PROGRAMS, holding_of, mint_of, ui_amount
from sandbox.solana.rpc.errors import invalid_params
from sandbox.solana.rpc.params import Params, pubkey
from sandbox.solana.rpc.shapes import account_shape, with_context
from sandbox.solana.view import View

_MOST_ACCOUNTS = 100


def get_balance(view: View, params: Params) -> dict[str, Any]:
    """Answer lamports; 0 for an account that does not exist."""
    bank = view.bank(params.config(1))
    return with_context(bank, bank.lamports(pubkey(params.get(0))))


def get_account_info(view: View, params: Params) -> dict[str, Any]:
    """Answer an account, or null."""
    config = params.config(1)
    bank = view.bank(config)
    account = bank.account(pubkey(params.get(0)))
    return with_context(bank, account_shape(bank, account, config))


def get_multiple_accounts(view: View, params: Params) -> dict[str, Any]:
    """Answer up to 100 accounts in the order asked."""
    config = _base64_by_default(params.config(1))
    bank = view.bank(config)
    keys = [pubkey(text) for text in params.texts(0, _MOST_ACCOUNTS)]
    return with_context(bank, [account_shape(bank, bank.account(key), config) for key in keys])


def get_token_account_balance(view: View, params: Params) -> dict[str, Any]:
    """Answer a token account's amount."""
    bank = view.bank(params.config(1))
    holding = holding_of(bank.account(pubkey(params.get(0))))
    if holding is None:
        raise invalid_params("Invalid param: could not find account")
    return with_context(bank, ui_amount(holding.amount, _decimals(bank, holding.mint)))


def get_token_supply(view: View, params: Params) -> dict[str, Any]:
    """Answer a mint's supply."""
    bank = view.bank(params.config(1))
    mint = mint_of(bank.account(pubkey(params.get(0))))
    if mint is None:
        raise invalid_params("Invalid param: not a Token mint")
    return with_context(bank, ui_amount(mint.supply, mint.decimals))


def get_token_accounts_by_owner(view: View, params: Params) -> dict[str, Any]:
    """Answer a wallet's token accounts of one mint, or of one token program."""
    config, chosen = _base64_by_default(params.config(2)), params.config(1)
    bank, owner = view.bank(config), pubkey(params.get(0))
    if "mint" in chosen:
        mint = pubkey(chosen["mint"])
        if mint_of(bank.account(mint)) is None:
            raise invalid_params("Invalid param: could not find mint")
        wanted = [(k, a) for k, a in bank.token_accounts(owner) if bytes(mint) == a.data[:32]]
    elif "programId" in chosen:
        program = pubkey(chosen["programId"])
        if program not in TOKEN_PROGRAMS:
            raise invalid_params("Invalid param: unrecognized Token program id")
        wanted = [(k, a) for k, a in bank.token_accounts(owner) if a.owner == program]
    else:
        raise invalid_params("Invalid param: expected `mint` or `programId`")
    listed = [{"pubkey": str(k), "account": account_shape(bank, a, config)} for k, a in wanted]
    return with_context(bank, listed)


def _base64_by_default(config: dict[str, Any]) -> dict[str, Any]:
    return config | {"encoding": config.get("encoding") or "base64"}


def _decimals(bank: Bank, mint: Any) -> int:
    info = mint_of(bank.account(mint))
    return info.decimals if info else 0
