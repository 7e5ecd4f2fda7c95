"""What the page looks like, on a desk and in a hand, and whether everybody can use it."""

from pathlib import Path

import pytest
from solders.keypair import Keypair

from tests.e2e.conftest import Service
from tests.web.browser import driven


@pytest.mark.timeout(240)
async def test_axe_finds_nothing_and_nothing_is_cut_off(service: Service, folder: Path) -> None:
    told = {
        "url": service.url,
        "mint": service.mint,
        "key": str(await service.buyer()),
        "poorKey": str(Keypair()),
        "folder": str(folder),
    }
    found = await driven("shots", told, within_s=220)
    assert {} == {name: wrong for name, wrong in found.items() if wrong}
    assert 15 == len(found)
