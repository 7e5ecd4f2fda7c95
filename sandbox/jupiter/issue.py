"""The instructions that bring a token into the world."""

from collections.abc import Callable

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, create_account
from spl.token.constants import MINT_LEN
from spl.token.instructions import (
    create_idempotent_associated_token_account,
    get_associated_token_address,
    initialize_mint2,
    mint_to,
)
from spl.token.models import InitializeMint2Params, MintToParams

from sandbox.jupiter.tokens import TokenSpec


def issue(
    spec: TokenSpec, maker: Pubkey, mint: Pubkey, rent: Callable[[int], int]
) -> list[Instruction]:
    """Create the mint, the maker's account, and the whole supply in it; maker and mint sign."""
    account = get_associated_token_address(maker, mint, spec.program)
    return [
        create_account(
            CreateAccountParams(
                from_pubkey=maker,
                to_pubkey=mint,
                lamports=rent(MINT_LEN),
                space=MINT_LEN,
                owner=spec.program,
            )
        ),
        initialize_mint2(
            InitializeMint2Params(
                decimals=spec.decimals,
                program_id=spec.program,
                mint=mint,
                mint_authority=maker,
                freeze_authority=None,
            )
        ),
        create_idempotent_associated_token_account(maker, maker, mint, spec.program),
        mint_to(
            MintToParams(
                program_id=spec.program,
                mint=mint,
                dest=account,
                mint_authority=maker,
                amount=spec.supply,
            )
        ),
    ]
