"""Every listing that is code is run by a test, which says here that it does."""

from collections import Counter

import pytest

from tests.docs.markdown import PAGES, ROOT, listings

CODE = {"js", "jsx", "ts", "tsx", "python", "typescript", "javascript"}
"""Shell is looked after by `test_commands`; what has no language, and JSON, is shown, not run."""
RUN_BY = {
    ("README.md", "js"): {"tests/e2e/js/test_listings.py": 1},
    ("docs/keys.md", "js"): {"tests/vault/js/test_listing.py": 1},
    ("docs/python.md", "python"): {"tests/e2e/test_python_client.py": 1},
    ("docs/react.md", "ts"): {"web/test/guide.test.tsx": 1},
    ("docs/react.md", "tsx"): {"web/test/guide.test.tsx": 3},
    ("docs/vanilla.md", "js"): {"tests/web/test_listings.py": 2, "tests/e2e/test_guarded.py": 1},
    ("docs/venues.md", "python"): {"tests/docs/test_add_a_venue.py": 4},
    ("docs/webhooks.md", "js"): {"tests/docs/test_webhooks.py": 1, "tests/web/test_listings.py": 1},
    ("docs/webhooks.md", "python"): {"tests/docs/test_webhooks.py": 1},
}


def test_no_listing_is_left_out() -> None:
    found = Counter(
        (str(page.relative_to(ROOT)), one.language)
        for page in PAGES
        for one in listings(page)
        if one.language in CODE
    )
    assert found == {where: sum(tests.values()) for where, tests in RUN_BY.items()}


@pytest.mark.parametrize("where", RUN_BY, ids=" ".join)
def test_the_tests_read_the_page_that_they_run(where: tuple[str, str]) -> None:
    page, _ = where
    names = {page.rpartition("/")[2], page.rpartition("/")[2].removesuffix(".md")}
    for name in RUN_BY[where]:
        text = (ROOT / name).read_text()
        assert any(each in text for each in names), name


def test_languages_are_known() -> None:
    """A new one is code, or it is not: decide."""
    named = {one.language for page in PAGES for one in listings(page)}
    assert {"", "sh", "json", "js", "ts", "tsx", "python"} == named
