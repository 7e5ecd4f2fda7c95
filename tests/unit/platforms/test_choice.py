"""Which of the places where a token trades an order goes to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buyqueue.errors import Code, Refused
from streams.platforms.choice import (
    LEAST_DEPTH_LAMPORTS,
    MOST_FEE_BPS,
    THIN,
    Among,
    Elsewhere,
    Wait,
    choose,
    too_dear,
)
from streams.platforms.venue import Candidate, Standing

SOL = 10**9
CURVE = Candidate("curve", "c", Standing.OPEN, 30 * SOL, is_launch=True, reason="its curve")
POOL = Candidate("pool", "p", Standing.OPEN, 500 * SOL, is_launch=False, reason="its pool")
DEEP = replace(POOL, venue="deep", depth_lamports=900 * SOL)
DUST = replace(POOL, venue="dust", depth_lamports=LEAST_DEPTH_LAMPORTS - 1)

CANDIDATES = st.builds(
    Candidate,
    venue=st.sampled_from(["curve", "pool", "deep", "dust"]),
    pool=st.just("p"),
    standing=st.sampled_from(Standing),
    depth_lamports=st.integers(0, 2_000 * SOL),
    is_launch=st.booleans(),
    reason=st.just("why"),
)


def test_an_open_launch_goes_before_any_pool() -> None:
    assert Among((CURVE,)) == choose([DEEP, CURVE], "auto", SOL)


def test_every_pool_that_is_deep_enough_is_priced_the_deepest_first() -> None:
    assert Among((DEEP, POOL)) == choose([POOL, DUST, DEEP], "auto", SOL)
    assert Among((POOL,), "the deepest pool") == choose([POOL, DUST], "auto", SOL)


def test_a_pool_that_anybody_opened_with_dust_wins_nothing() -> None:
    assert isinstance(choose([DUST], "auto", 1), Elsewhere)


@pytest.mark.parametrize(
    ("depth", "wins"), [(THIN * 100 * SOL, True), (THIN * 100 * SOL - 1, False)]
)
def test_a_pool_must_be_deep_for_the_order(depth: int, wins: bool) -> None:  # noqa: FBT001
    choice = choose([replace(POOL, depth_lamports=depth)], "auto", 100 * SOL)
    assert wins == isinstance(choice, Among)


def test_a_token_between_its_curve_and_its_pool_is_waited_for() -> None:
    moving = replace(CURVE, standing=Standing.MIGRATING, reason="complete")
    assert Wait("curve: complete") == choose([moving, DUST], "auto", SOL)
    assert isinstance(choose([moving, DEEP], "auto", SOL), Among)


def test_nothing_known_goes_to_jupiter() -> None:
    closed = replace(POOL, standing=Standing.CLOSED)
    assert isinstance(choose([], "auto", SOL), Elsewhere)
    assert isinstance(choose([closed], "auto", SOL), Elsewhere)


def test_a_named_platform_is_taken_whatever_else_there_is() -> None:
    other = replace(DUST, pool="q", depth_lamports=DUST.depth_lamports + 1)
    choice = choose([DEEP, CURVE, DUST, other], "dust", SOL)
    assert Among((other, DUST), "the caller named it") == choice
    assert isinstance(choose([DEEP], "jupiter", SOL), Elsewhere)


def test_no_bound_is_set_to_the_fee_of_a_launchs_own_curve() -> None:
    assert not too_dear(POOL, MOST_FEE_BPS)
    assert too_dear(POOL, MOST_FEE_BPS + 1)
    assert not too_dear(CURVE, 9_900)


def test_a_wrong_named_platform_is_told_where_the_token_trades() -> None:
    with pytest.raises(Refused, match=r"curve does not trade this token now.*Try: deep") as caught:
        choose([DEEP], "curve", SOL)
    assert Code.INVALID_PLATFORM == caught.value.code
    with pytest.raises(Refused, match="Try: jupiter"):
        choose([], "curve", SOL)


@given(st.lists(CANDIDATES, max_size=8), st.integers(1, 1_000 * SOL))
def test_what_is_chosen_is_open_and_believable(found: list[Candidate], lamports: int) -> None:
    choice = choose(found, "auto", lamports)
    if isinstance(choice, Among):
        assert choice.candidates
        for one in choice.candidates:
            assert one in found
            assert Standing.OPEN == one.standing
            assert one.is_launch or one.depth_lamports >= max(THIN * lamports, LEAST_DEPTH_LAMPORTS)
    else:
        open_now = [one for one in found if one.standing is Standing.OPEN]
        assert not any(one.is_launch for one in open_now)
