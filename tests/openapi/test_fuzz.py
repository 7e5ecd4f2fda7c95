"""Whatever is sent: no fault of ours, one shape of refusal, and no trace of what was refused."""

import pytest

from tests.openapi.fuzz.shooting import fuzz
from tests.openapi.ground import Ground

SHORT, FULL = 500, 20_000

# The server runs in another thread, and its dice are taken for ours.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")


async def test_anything_may_be_sent(ground: Ground) -> None:
    figures = await fuzz(ground, SHORT, seeded=True)
    assert figures.cases >= SHORT
    taken = sum(n for (_, status, _), n in figures.answers.items() if status == 202)
    assert taken > SHORT / 50, "too few orders are taken for refusals to mean much"


@pytest.mark.long
@pytest.mark.timeout(1_800)
async def test_very_much_may_be_sent(ground: Ground) -> None:
    figures = await fuzz(ground, FULL, seeded=False)
    assert figures.cases >= FULL
