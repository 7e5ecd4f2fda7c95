"""The tokens that are sold here."""

from dataclasses import dataclass

from solders.pubkey import Pubkey
from spl.token.constants import TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID
from spl.token.instructions import get_associated_token_address


@dataclass(frozen=True, slots=True)
class TokenSpec:
    """A token to create; `supply` in base units, all of it the maker's.

    `pool_lamports` is the SOL side of the constant product that the price follows.
    """

    symbol: str
    decimals: int
    supply: int
    pool_lamports: int
    program: Pubkey = TOKEN_PROGRAM_ID

    @property
    def classic(self) -> bool:
        """Whether SPL Token holds it, not Token-2022."""
        return self.program == TOKEN_PROGRAM_ID


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the market."""

    spec: TokenSpec
    mint: Pubkey

    @property
    def symbol(self) -> str:
        """What people call it."""
        return self.spec.symbol

    @property
    def program(self) -> Pubkey:
        """SPL Token or Token-2022."""
        return self.spec.program

    @property
    def decimals(self) -> int:
        """Places after the point."""
        return self.spec.decimals

    def account_of(self, owner: Pubkey) -> Pubkey:
        """Answer an owner's associated token account."""
        return get_associated_token_address(owner, self.mint, self.program)


DEFAULT_TOKENS = (
    TokenSpec("SAND", 6, 1_000_000_000 * 10**6, 1_000 * 10**9),
    TokenSpec("DUNE", 9, 1_000_000_000 * 10**9, 2_000 * 10**9, TOKEN_2022_PROGRAM_ID),
)
