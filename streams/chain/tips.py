"""Tips: lamports for whoever brings a transaction into a block (Jito, Helius, …). Pure."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Tip:
    """What a transaction of ours gives, and to which accounts, as their owner lists them."""

    lamports: int = 0
    accounts: tuple[str, ...] = ()

    def account_for(self, job_id: UUID) -> str | None:
        """Choose an account, another one for the next buy: they lock each other out otherwise."""
        if not self.lamports:
            return None
        return self.accounts[job_id.int % len(self.accounts)]


NO_TIP: Final = Tip()
