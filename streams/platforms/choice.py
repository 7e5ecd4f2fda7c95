"""Where an order goes, of all the places where its token was seen to trade. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from buyqueue.amounts import sol_text
from buyqueue.errors import Code, Refused
from buyqueue.platforms import AUTO, JUPITER
from streams.platforms.venue import Candidate, Standing

THIN: Final = 20
"""A pool that holds less than so many times the order moves too far by it: a router does better."""
LEAST_DEPTH_LAMPORTS: Final = 10**9
"""Anybody can open a pool for any mint with a little SOL: such a price means nothing."""


@dataclass(frozen=True, slots=True)
class Here:
    """Buy at this place."""

    candidate: Candidate
    reason: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Ask Jupiter."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """The token is on its way from a curve to its pool."""

    reason: str


Choice = Here | Elsewhere | Wait


def choose(found: Sequence[Candidate], name: str, lamports: int) -> Choice:
    """Answer where to buy for so many lamports; `name` is `auto` or what the caller named.

    Raises Refused(INVALID_PLATFORM) if the named venue does not trade this token now.
    """
    if name == JUPITER:
        return Elsewhere("the caller named it")
    if name != AUTO:
        return _named(found, name)
    return _best(found, lamports)


def _named(found: Sequence[Candidate], name: str) -> Choice:
    here = next((one for one in found if one.venue == name), None)
    if here and here.standing is Standing.OPEN:
        return Here(here, f"the caller named it; {here.reason}")
    if here and here.standing is Standing.MIGRATING:
        return Wait(f"{name}: {here.reason}")
    places = ", ".join(one.venue for one in found if one.standing is Standing.OPEN) or JUPITER
    why = here.reason if here else "it has no pool for this token"
    raise Refused(
        Code.INVALID_PLATFORM,
        f"Platform unavailable: {name} does not trade this token now: {why}. Try: {places}",
    )


def _best(found: Sequence[Candidate], lamports: int) -> Choice:
    open_now = [one for one in found if one.standing is Standing.OPEN]
    launches = [one for one in open_now if one.is_launch]
    if launches:
        return Here(launches[0], launches[0].reason)
    least = max(THIN * lamports, LEAST_DEPTH_LAMPORTS)
    deepest = max(open_now, key=lambda one: one.depth_lamports, default=None)
    if deepest and deepest.depth_lamports >= least:
        return Here(deepest, f"the deepest pool; {deepest.reason}")
    moving = next((one for one in found if one.standing is Standing.MIGRATING), None)
    if moving:
        return Wait(f"{moving.venue}: {moving.reason}")
    if deepest:
        held = sol_text(deepest.depth_lamports)
        return Elsewhere(f"the deepest pool, of {deepest.venue}, holds only {held} SOL")
    return Elsewhere("no venue that is called directly trades this token")
