"""The Markdown of the repository, taken apart."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = (
    README,
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Listing:
    """A fenced block."""

    language: str
    text: str


def listings(page: Path) -> list[Listing]:
    return [Listing(*found) for found in _FENCED.findall(page.read_text())]


def inline_code(page: Path) -> list[str]:
    return _INLINE.findall(_FENCED.sub("", page.read_text()))


def links(page: Path) -> list[str]:
    return _LINK.findall(_FENCED.sub("", page.read_text()))


def anchors(page: Path) -> set[str]:
    """The fragments that a page's headings make, as GitHub writes them."""
    headings = _HEADING.findall(_FENCED.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", found.lower()).replace(" ", "-") for found in headings}
