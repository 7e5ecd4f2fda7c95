"""Whether a token can be bought at all, and what it keeps of a transfer. Pure.

A refusal comes before any venue is asked, Jupiter included: none can undo what the mint itself
says. NB: a freeze authority, or a mint that is pausable but not paused, is no reason to refuse;
the most widely held stable coins have one.
"""

from dataclasses import dataclass

from buyqueue.errors import Code, Refused
from buyqueue.mints import mint_decimals
from streams.chain.mint_extensions import NO_FEE, MintExtensions, TransferFee, mint_extensions
from streams.chain.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class TokenTerms:
    """A mint that can be bought."""

    program: str
    """Its token program."""
    fee: TransferFee = NO_FEE
    """Of every transfer, now."""

    def arriving(self, amount: int) -> int:
        """Answer what a wallet receives of so much that is sent; base units.

        Raises Refused(TOKEN_RESTRICTED) if the token keeps it all.
        """
        left = self.fee.arriving(amount)
        if amount and not left:
            raise Refused(Code.TOKEN_RESTRICTED, "Token refused: it keeps the whole transfer")
        return left

    @property
    def note(self) -> str:
        """What a buyer should know, in words; empty where there is nothing."""
        if not self.fee.bps:
            return ""
        return f"the token itself keeps {self.fee.bps} bps of each transfer"


def token_terms(seen: Snapshot, mint: str) -> TokenTerms:
    """Answer a mint's terms.

    Raises Refused: INVALID_TOKEN_ADDRESS for what is no mint, TOKEN_RESTRICTED for a mint that
    cannot be received, or that lets somebody else decide over it afterwards.
    """
    account = seen.accounts[mint]
    if account is None or mint_decimals(account.owner, account.data) is None:
        raise Refused(Code.INVALID_TOKEN_ADDRESS, f"Invalid token address: {mint} is no token mint")
    extensions = mint_extensions(account.data)
    if why := restriction(extensions):
        raise Refused(Code.TOKEN_RESTRICTED, f"Token refused: {why}")
    fee = extensions.fees.at(seen.epoch) if extensions.fees else NO_FEE
    return TokenTerms(account.owner, fee)


def restriction(extensions: MintExtensions) -> str | None:
    """Say what forbids a buy, or None."""
    if extensions.non_transferable:
        return "it cannot be transferred (Token-2022 non-transferable)"
    if extensions.starts_frozen:
        return "a new account of it is frozen (Token-2022 default account state)"
    if extensions.paused:
        return "its transfers are paused (Token-2022 pausable)"
    if extensions.hook_program:
        return (
            f"the program {extensions.hook_program} decides on each transfer "
            "(Token-2022 transfer hook)"
        )
    if extensions.permanent_delegate:
        return (
            f"{extensions.permanent_delegate} may take it from any wallet "
            "(Token-2022 permanent delegate)"
        )
    if extensions.unknown:
        kinds = ", ".join(map(str, extensions.unknown))
        return f"it has Token-2022 extensions whose effect is not known: {kinds}"
    return None
