"""Which venue takes an order."""

from collections.abc import Mapping
from typing import Final

from buyqueue.errors import Code, Refused
from streams.platforms.platform import Platform

AUTO: Final = "auto"
FALLBACK: Final = "jupiter"


def choose(platforms: Mapping[str, Platform], name: str) -> Platform:
    """Answer the named venue; `auto` is Jupiter, which reaches every other one.

    Raises Refused(INVALID_PLATFORM) for a name that this worker does not know.
    """
    platform = platforms.get(FALLBACK if name == AUTO else name)
    if platform is None:
        raise Refused(
            Code.INVALID_PLATFORM, f"Platform unavailable: this worker does not know {name!r}"
        )
    return platform
