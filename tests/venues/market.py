"""What a venue brings so that it can be held against its own program."""

from typing import Protocol

from tests.venues.ground import Ground


class Market(Protocol):
    """One kind of coin at one venue. `open` acts on the real program only."""

    @property
    def name(self) -> str:
        """The test's id: venue and kind of coin."""

    @property
    def venue(self) -> str:
        """The name under which the router knows the venue."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Programs, by the names in `KNOWN`; without them tests are skipped."""

    @property
    def exact(self) -> bool:
        """Whether the venue's quote is its own integer maths, to the base unit."""

    def prepare(self, ground: Ground) -> None:
        """Put the venue's own configuration in place, once a chain; programs are loaded."""

    def open(self, ground: Ground) -> str:
        """Make a coin that this venue trades for SOL, worth at least 20 SOL; answer its mint."""
