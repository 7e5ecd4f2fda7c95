"""Which places an order is priced at, of all where its token was seen to trade. Pure."""

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
MOST_FEE_BPS: Final = 500
"""A pool may have been opened by anybody, with up to 99 % as its fee. Nobody's arbitrage corrects a
price that is wrong by less than the fee, so that what may go as fee is also what a price may be
wrong by: together at most about twice this. Raydium's dearest config takes 400. NB: a launch's own
curve is asked for no such bound: whoever made it made the token, too."""


@dataclass(frozen=True, slots=True)
class Among:
    """Price the order at each of these, and buy where most comes out."""

    candidates: tuple[Candidate, ...]
    """The deepest first; at least one."""
    reason: str = ""
    """Why these, in words; empty where each one's own reason says it."""


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


Choice = Among | Elsewhere | Wait


def choose(found: Sequence[Candidate], name: str, lamports: int) -> Choice:
    """Answer where to buy for so many lamports; `name` is `auto` or what the caller named.

    Raises Refused(INVALID_PLATFORM) if the named venue does not trade this token now.
    """
    if name == JUPITER:
        return Elsewhere("the caller named it")
    if name != AUTO:
        return _named(found, name)
    return _best(found, lamports)


def telling(found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Answer the places whose price tells something of the token's, however large an order is."""
    return tuple(
        one for one in _open(found) if one.is_launch or one.depth_lamports >= LEAST_DEPTH_LAMPORTS
    )


def too_dear(candidate: Candidate, venue_bps: int) -> bool:
    """Tell whether a place takes more than is believed of a price that nobody vouches for."""
    return not candidate.is_launch and venue_bps > MOST_FEE_BPS


def _named(found: Sequence[Candidate], name: str) -> Choice:
    here = [one for one in found if one.venue == name]
    if takes := _open(here):
        return Among(takes, "the caller named it")
    if moving := _moving(here):
        return moving
    places = ", ".join(dict.fromkeys(one.venue for one in _open(found))) or JUPITER
    why = here[0].reason if here else "it has no pool for this token"
    raise Refused(
        Code.INVALID_PLATFORM,
        f"Platform unavailable: {name} does not trade this token now: {why}. Try: {places}",
    )


def _best(found: Sequence[Candidate], lamports: int) -> Choice:
    open_now = _open(found)
    if launches := tuple(one for one in open_now if one.is_launch):
        return Among(launches)
    least = max(THIN * lamports, LEAST_DEPTH_LAMPORTS)
    if deep := tuple(one for one in open_now if one.depth_lamports >= least):
        return Among(deep, "the deepest pool" if len(deep) == 1 else "")
    if moving := _moving(found):
        return moving
    if open_now:
        deepest = open_now[0]
        held = sol_text(deepest.depth_lamports)
        return Elsewhere(f"the deepest pool, of {deepest.venue}, holds only {held} SOL")
    return Elsewhere("no venue that is called directly trades this token")


def _open(found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    takes = [one for one in found if one.standing is Standing.OPEN]
    return tuple(sorted(takes, key=lambda one: -one.depth_lamports))


def _moving(found: Sequence[Candidate]) -> Wait | None:
    moving = next((one for one in found if one.standing is Standing.MIGRATING), None)
    return Wait(f"{moving.venue}: {moving.reason}") if moving else None
