"""How a long first start tells what it does."""

from typing import Protocol


class Progress(Protocol):
    """Receives the progress of one job, in bytes; called from more than one thread."""

    def description(self, text: str) -> None:
        """Say what is being done now."""

    def total(self, size: int | None) -> None:
        """Say how much there is to do; None when that is unknown."""

    def advance(self, amount: int) -> None:
        """Say that this much more is done."""


class Silent:
    """A Progress that shows nothing."""

    def description(self, text: str) -> None:
        """Show nothing."""

    def total(self, size: int | None) -> None:
        """Show nothing."""

    def advance(self, amount: int) -> None:
        """Show nothing."""
