"""The markets of AMM v4 pools, as the environment tells them."""

import pytest
from pydantic import ValidationError

from buyqueue.settings import Settings

SOL = "So11111111111111111111111111111111111111112"
SERUM = "srmqPvymJeFKQ4zGQed1GFppgkRHL9kaELCbyksJtPX"


def test_pairs_of_mint_and_market_are_separated_by_commas(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RAYDIUM_AMM_V4_MARKETS", f"{SOL}:{SERUM}, {SERUM}:{SOL}")
    told = Settings(_env_file=None).raydium_amm_v4_markets
    assert (f"{SOL}:{SERUM}", f"{SERUM}:{SOL}") == told


@pytest.mark.parametrize("wrong", [SOL, f"{SOL}:{SERUM}:{SOL}", f"{SOL}:0", ":"])
def test_what_is_no_pair_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("RAYDIUM_AMM_V4_MARKETS", wrong)
    with pytest.raises(ValidationError, match="raydium_amm_v4_markets"):
        Settings(_env_file=None)
