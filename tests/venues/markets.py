"""Every market that the conformance suite is run against; a venue adds its own here."""

from typing import Final

from tests.venues.market import Market

MARKETS: Final[tuple[Market, ...]] = ()
