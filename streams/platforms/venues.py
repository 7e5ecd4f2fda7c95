"""The venues whose programs we call ourselves, in the order in which ties are broken."""

from typing import Final

from streams.platforms.venue import Venue

VENUES: Final[tuple[Venue, ...]] = ()
