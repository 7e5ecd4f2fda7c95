"""What a wallet owns, its SOL and its token accounts, and how a transaction may not touch it. Pure.

What else it has a say in is looked for in `naming`.
"""

from collections.abc import Mapping
from typing import Final

from streams.chain.accounts import WRAPPED_SOL, Account, TokenAccount, lamports_of, token_account_of
from streams.chain.rent import rent_exemption

Accounts = Mapping[str, Account | None]

_MEMO_TRANSFER, _CPI_GUARD, _CONFIDENTIAL = 8, 11, 5
"""Token-2022 extensions (`ExtensionType`) by which an owner binds its own account."""
_OWNERS_CHOICE: Final = (_MEMO_TRANSFER, _CPI_GUARD, _CONFIDENTIAL)


def token_account_taken(key: str, old: TokenAccount, new: TokenAccount | None) -> str | None:
    """Answer how a token account of the wallet would be harmed, or None if it is not.

    Lamports are counted elsewhere: those of a closed account, too, and all of wrapped SOL.
    """
    if new is None:
        kept = old.amount == 0 or old.mint == WRAPPED_SOL
        return None if kept else f"{key} would be closed"
    if new.authority != old.authority:
        return f"the owner of {key} would change"
    handed = new.delegate != old.delegate or new.delegated > old.delegated
    if handed or new.close_authority != old.close_authority:
        return f"somebody else would get power over {key}"
    if new.frozen and not old.frozen:
        return f"{key} would be frozen"
    if _bound(new) != _bound(old):
        return f"the extensions of {key} would change"
    exchanged = new.mint != old.mint and old.amount > 0
    if exchanged or (new.amount < old.amount and old.mint != WRAPPED_SOL):
        return f"{old.amount - new.amount} base units of {old.mint} would leave the wallet"
    return None


def held_by(wallet: str, account: Account | None) -> TokenAccount | None:
    """Read a token account of the wallet, or answer None if it is not one."""
    held = token_account_of(account)
    return held if held and held.authority == wallet else None


def ruled_by_others(held: TokenAccount, wallet: str) -> bool:
    """Tell whether somebody else may close a token account of the wallet, or move what it holds."""
    return bool({held.delegate, held.close_authority} - {None, wallet})


def token_account_trapped(key: str, new: TokenAccount, wallet: str) -> str | None:
    """Answer what is wrong with a token account that the wallet is given, or None."""
    if new.delegate or new.close_authority not in (None, wallet):
        return f"{key} would be opened under somebody else's control"
    if new.frozen:
        return f"{key} would be frozen"
    if _bound(new):
        return f"{key} would be opened with extensions that bind the wallet"
    return None


def sol_lost(before: Accounts, after: Accounts, wallet: str, mint: str) -> int:
    """Answer how many lamports less the wallet would own; negative if it gained.

    Owned are its SOL, its wrapped SOL, and what lay in its token accounts and still does; of
    those that open, only what keeps the one of the token it buys. Others it never asked for.
    NB: whoever closes an account takes its lamports, so nothing is added where somebody else may,
    and nothing to another token's account, which the wallet can close only while it is empty.
    """
    lost = lamports_of(before.get(wallet)) - lamports_of(after.get(wallet))
    for key, account in after.items():
        old = before.get(key)
        had = lamports_of(old) if held_by(wallet, old) else 0
        opens = token_account_of(old) is None
        lost += had - _kept(account, had, wallet, mint if opens else None)
    return lost


def _kept(account: Account | None, had: int, wallet: str, opened: str | None) -> int:
    """Answer the lamports in an account that count as the wallet's; `opened` is the mint bought."""
    held = held_by(wallet, account)
    if account is None or held is None:
        return 0
    if ruled_by_others(held, wallet):
        return min(account.lamports, had)
    if held.mint == WRAPPED_SOL:
        return account.lamports
    needed = rent_exemption(len(account.data)) if held.mint == opened else had
    return min(account.lamports, needed)


def rent_opened(before: Accounts, after: Accounts, wallet: str) -> int:
    """Add up what accounts that are not the wallet's need to exist, where they open or grow.

    An account without data needs the least that the chain lets it have, paid at once; what more it
    gets is a payment.
    """
    total = 0
    for key, new in after.items():
        held = token_account_of(new)
        old = before.get(key)
        if new is None or key == wallet or (held and held.authority == wallet):
            continue
        if not new.data:
            least, had = rent_exemption(0), lamports_of(old)
            total += min(max(0, new.lamports - had), least) if had < least else 0
            continue
        had = rent_exemption(len(old.data)) if old and old.data else lamports_of(old)
        total += max(0, min(new.lamports, rent_exemption(len(new.data))) - had)
    return total


def _bound(account: TokenAccount) -> list[tuple[int, bytes]]:
    return [entry for entry in account.extensions if entry[0] in _OWNERS_CHOICE]
