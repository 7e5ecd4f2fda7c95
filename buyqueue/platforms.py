"""The names of platforms, as callers and events write them."""

from typing import Final, Literal, get_args

PlatformName = Literal["auto", "jupiter"]
PLATFORMS: Final[tuple[str, ...]] = get_args(PlatformName)
AUTO: Final = "auto"
"""Let the service choose."""
JUPITER: Final = "jupiter"
