"""What a hostile transaction does beside a fair buy, each by a real instruction."""

from collections.abc import Callable
from typing import Final

from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import (
    AssignParams,
    CreateAccountParams,
    TransferParams,
    TransferWithSeedParams,
    WithdrawNonceAccountParams,
    assign,
    create_account,
    transfer,
    transfer_with_seed,
    withdraw_nonce_account,
)
from spl.token.constants import TOKEN_PROGRAM_ID
from spl.token.instructions import (
    approve,
    burn,
    close_account,
    create_idempotent_associated_token_account,
    initialize_account,
    set_authority,
)
from spl.token.models import (
    ApproveParams,
    AuthorityType,
    BurnParams,
    CloseAccountParams,
    InitializeAccountParams,
    SetAuthorityParams,
)

from buyqueue.mints import SYSTEM_PROGRAM, TOKEN_ACCOUNT_SIZE
from sandbox.jupiter.tokens import Token
from streams.chain.rent import TOKEN_ACCOUNT_RENT
from tests.integration.chain.conftest import SOL
from tests.integration.chain.hostile import SAVED, WSOL, Stage

SYSTEM: Final = Pubkey.from_string(SYSTEM_PROGRAM)
Theft = Callable[[Stage], list[Instruction]]


def some_sol(stage: Stage) -> list[Instruction]:
    params = TransferParams(
        from_pubkey=stage.wallet, to_pubkey=stage.thief.pubkey(), lamports=10_000
    )
    return [transfer(params)]


def account_of_thief(stage: Stage, token: Token) -> Instruction:
    return create_idempotent_associated_token_account(
        stage.wallet, stage.thief.pubkey(), token.mint, token.program
    )


def wrapped_sol(stage: Stage) -> list[Instruction]:
    return list(stage.pay(200_000_000))


def wrapped_sol_closed(stage: Stage) -> list[Instruction]:
    return [close(stage, stage.wrapped, TOKEN_PROGRAM_ID)]


def close(stage: Stage, account: Pubkey, program: Pubkey) -> Instruction:
    params = CloseAccountParams(
        program_id=program, account=account, dest=stage.thief.pubkey(), owner=stage.wallet
    )
    return close_account(params)


def other_token(stage: Stage) -> list[Instruction]:
    token = stage.savings
    to = token.account_of(stage.thief.pubkey())
    moved = stage.moved(token.mint, token.program, token.decimals, stage.wallet, to, 1)
    return [account_of_thief(stage, token), moved]


def other_token_burned_and_closed(stage: Stage) -> list[Instruction]:
    token = stage.savings
    account = token.account_of(stage.wallet)
    params = BurnParams(
        program_id=token.program, account=account, mint=token.mint, owner=stage.wallet, amount=SAVED
    )
    return [burn(params), close(stage, account, token.program)]


def delegate(token: Callable[[Stage], Token]) -> Theft:
    def theft(stage: Stage) -> list[Instruction]:
        params = ApproveParams(
            program_id=token(stage).program, source=token(stage).account_of(stage.wallet),
            delegate=stage.thief.pubkey(), owner=stage.wallet, amount=1,
        )  # fmt: skip
        return [approve(params)]

    return theft


def authority(token: Callable[[Stage], Token], kind: AuthorityType) -> Theft:
    def theft(stage: Stage) -> list[Instruction]:
        params = SetAuthorityParams(
            program_id=token(stage).program, account=token(stage).account_of(stage.wallet),
            authority=kind, current_authority=stage.wallet, new_authority=stage.thief.pubkey(),
        )  # fmt: skip
        return [set_authority(params)]

    return theft


def wrapped_sol_delegated(stage: Stage) -> list[Instruction]:
    params = ApproveParams(
        program_id=TOKEN_PROGRAM_ID, source=stage.wrapped, delegate=stage.thief.pubkey(),
        owner=stage.wallet, amount=1,
    )  # fmt: skip
    return [approve(params)]


def wallet_assigned(stage: Stage) -> list[Instruction]:
    return [assign(AssignParams(pubkey=stage.wallet, owner=TOKEN_PROGRAM_ID))]


def nonce_emptied(stage: Stage) -> list[Instruction]:
    params = WithdrawNonceAccountParams(
        nonce_pubkey=stage.nonce.pubkey(), authorized_pubkey=stage.wallet,
        to_pubkey=stage.thief.pubkey(), lamports=100_000_000,
    )  # fmt: skip
    return [withdraw_nonce_account(params)]


def nonce_given_away(stage: Stage) -> list[Instruction]:
    metas = [
        AccountMeta(stage.nonce.pubkey(), is_signer=False, is_writable=True),
        AccountMeta(stage.wallet, is_signer=True, is_writable=False),
    ]
    data = (7).to_bytes(4, "little") + bytes(stage.thief.pubkey())
    return [Instruction(Pubkey.default(), data, metas)]


def trap(stage: Stage, token: Token) -> Pubkey:
    """Let the thief give the wallet a token account, and keep the right to close it."""
    account, thief = Keypair(), stage.thief.pubkey()
    program = token.program

    def given(kind: AuthorityType, to: Pubkey) -> Instruction:
        return set_authority(
            SetAuthorityParams(
                program_id=program, account=account.pubkey(), authority=kind,
                current_authority=thief, new_authority=to,
            )
        )  # fmt: skip

    opened = [
        create_account(
            CreateAccountParams(
                from_pubkey=thief, to_pubkey=account.pubkey(), lamports=TOKEN_ACCOUNT_RENT,
                space=TOKEN_ACCOUNT_SIZE, owner=program,
            )
        ),
        initialize_account(
            InitializeAccountParams(
                program_id=program, account=account.pubkey(), mint=token.mint, owner=thief
            )
        ),
        given(AuthorityType.CLOSE_ACCOUNT, thief),
        given(AuthorityType.ACCOUNT_OWNER, stage.wallet),
    ]  # fmt: skip
    stage.land(opened, stage.thief, account)
    return account.pubkey()


def sol_into_a_trap(token: Callable[[Stage], Token]) -> Theft:
    def theft(stage: Stage) -> list[Instruction]:
        to = trap(stage, token(stage))
        loot = TransferParams(from_pubkey=stage.wallet, to_pubkey=to, lamports=4 * SOL)
        return [transfer(loot)]

    return theft


def derived_account_emptied(stage: Stage) -> list[Instruction]:
    wallet, seed = stage.wallet, "savings"
    derived = Pubkey.create_with_seed(wallet, seed, SYSTEM)
    given = TransferParams(from_pubkey=stage.thief.pubkey(), to_pubkey=derived, lamports=SOL // 2)
    stage.land([transfer(given)], stage.thief)
    params = TransferWithSeedParams(
        from_pubkey=derived, from_base=wallet, from_seed=seed, from_owner=SYSTEM,
        to_pubkey=stage.thief.pubkey(), lamports=SOL // 2,
    )  # fmt: skip
    return [transfer_with_seed(params)]


def accounts_at_the_wallets_expense(stage: Stage) -> list[Instruction]:
    makers = create_idempotent_associated_token_account(
        stage.wallet, stage.thief.pubkey(), WSOL, TOKEN_PROGRAM_ID
    )
    return [account_of_thief(stage, stage.savings), makers]


def bought(stage: Stage) -> Token:
    return stage.token


def saved(stage: Stage) -> Token:
    return stage.savings


CLOSER, OWNER = AuthorityType.CLOSE_ACCOUNT, AuthorityType.ACCOUNT_OWNER
THEFTS: Final[dict[str, tuple[Theft, str]]] = {
    "SOL": (some_sol, "lamports would leave"),
    "SOL to an account that the thief closes later": (
        sol_into_a_trap(saved),
        "lamports would leave",
    ),
    "SOL to one of the token bought": (sol_into_a_trap(bought), "lamports would leave"),
    "wrapped SOL that was there before": (wrapped_sol, "lamports would leave"),
    "wrapped SOL closed to somebody else": (wrapped_sol_closed, "lamports would leave"),
    "another token": (other_token, "base units of"),
    "another token burned": (other_token_burned_and_closed, "would be closed"),
    "a delegate for what it bought": (delegate(bought), "somebody else's control"),
    "a delegate for another token": (delegate(saved), "power over"),
    "a delegate for wrapped SOL": (wrapped_sol_delegated, "power over"),
    "a closer for what it bought": (authority(bought, CLOSER), "somebody else's control"),
    "a closer for another token": (authority(saved, CLOSER), "power over"),
    "the wallet assigned to a program": (wallet_assigned, "change its owner"),
    "a nonce account emptied": (nonce_emptied, "which names the wallet"),
    "a nonce account given away": (nonce_given_away, "which names the wallet"),
    "an account emptied that is derived from the wallet": (derived_account_emptied, "and a seed"),
    "accounts opened for others": (accounts_at_the_wallets_expense, "lamports would leave"),
}
CLASSIC_ONLY: Final[dict[str, tuple[Theft, str]]] = {
    "the owner of what it bought": (authority(bought, OWNER), "would leave the wallet"),
}
"""Token-2022 refuses a new owner for an associated account by itself."""
