"""The migration page says of each of the original's defects what happens instead."""

import re

from api.openapi.document import document
from tests.docs.markdown import ROOT

TEXT = (ROOT / "docs" / "migrating.md").read_text()
DEFECTS = 38
"""So many the original's documentation has."""


def rows() -> list[tuple[str, str, str]]:
    return re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE)


def test_every_defect_has_a_row_with_both_sides() -> None:
    assert [str(number) for number in range(1, DEFECTS + 1)] == [number for number, _, _ in rows()]
    sides = [side for _, *both in rows() for side in both]
    assert len(sides) == len(set(sides))


def test_the_routes_it_names_are_there() -> None:
    paths = document(version="0", debug=True, guarded=True)["paths"]
    named = re.findall(r"`(GET|POST) ([^`]+)`", TEXT)
    assert [] == [
        (method, path) for method, path in named if method.lower() not in paths.get(path, {})
    ]
    assert named


def test_the_settings_it_names_are_there() -> None:
    example = (ROOT / ".env.example").read_text()
    known = set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))
    gone = {"REDIS_URL", "NODE_ENV"}
    named = set(re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`", TEXT))
    assert gone == named - known
