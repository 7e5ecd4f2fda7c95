"""Every link within the repository leads somewhere."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.docs.markdown import PAGES, ROOT, anchors, links


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert [] == [link for link in links(page) if not leads_somewhere(page, link)]


def leads_somewhere(page: Path, link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme:
        return True
    target = (page.parent / parts.path).resolve() if parts.path else page
    if not (target.exists() and target.is_relative_to(ROOT)):
        return False
    return not parts.fragment or parts.fragment in anchors(target)


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    assert not leads_somewhere(ROOT / "README.md", "docs/none.md")
    assert not leads_somewhere(ROOT / "README.md", "#none")
    assert not leads_somewhere(ROOT / "README.md", "../..")
    assert leads_somewhere(ROOT / "README.md", "#a-buy")
