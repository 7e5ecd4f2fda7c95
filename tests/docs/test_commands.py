"""Every command that a page names is there, with the options it names."""

import importlib.util
import re
import shlex
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from buyq.cli import app
from tests.docs.markdown import PAGES, ROOT, inline_code, listings

NAMED = re.compile(
    r"^(?:[A-Z_]+=\S+ )*(?:uv run )?(?:buyq|just|python -m|pytest|pre-commit|lint-imports)"
    r"(?: [^→]*)?$"
)
ELSEWHERE = ("curl ", "cd web && npm ")
"""Run as they stand by other tests of pages."""
OURS_ALONE = {"BUYQ_PROGRAMS_DIR", "ON_ERROR_STOP"}
"""What tests read, and psql, and no process of ours."""


def commands() -> list[str]:
    """Each command of any page, without comments."""
    found: set[str] = set()
    for page in PAGES:
        lines = [code for code in inline_code(page) if NAMED.match(code)]
        for listing in listings(page):
            if listing.language == "sh":
                lines += [line for line in listing.text.splitlines() if NAMED.match(line)]
        found |= {re.sub(r"\s+#.*$|\b[A-Z_]+=\S+ |\buv run ", "", line).strip() for line in lines}
    return sorted(found)


def shell_lines() -> list[str]:
    """Each command of a listing, of however many lines, with its comment."""
    texts = [one.text for page in PAGES for one in listings(page) if one.language == "sh"]
    whole = [re.sub(r"\\\n|\n(?= )", " ", text) for text in texts]
    return [line for text in whole for line in text.splitlines()]


def test_the_pages_name_commands() -> None:
    assert {"buyq demo", "pytest", "python -m api"} <= set(commands())


def test_every_line_of_a_listing_is_checked_by_somebody() -> None:
    assert [] == [
        line
        for line in shell_lines()
        if not (NAMED.match(line) or line.startswith(ELSEWHERE) or is_setting(line))
        and not names_our_files(line)
    ]


def test_the_variables_that_listings_set_are_read() -> None:
    example = (ROOT / ".env.example").read_text()
    known = set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))
    named = {name for line in shell_lines() for name in re.findall(r"\b([A-Z_]{5,})=", line)}
    assert {"AUDIT_KEY_FILE", "VAULT_PUBLIC_KEY"} <= named
    assert OURS_ALONE == named - known


def is_setting(line: str) -> bool:
    return re.fullmatch(r"[A-Z_]+=\S+", line) is not None


def names_our_files(line: str) -> bool:
    """Tell whether a command of Docker's takes a file of ours that is there."""
    files = re.findall(r" -f (\S+)", line)
    return "docker " in line and bool(files) and all((ROOT / name).is_file() for name in files)


@pytest.mark.parametrize("command", commands())
def test_a_named_command_is_there(command: str) -> None:
    program, *words = shlex.split(re.sub(r"<[^>]*>|…", "something", command))
    match program:
        case "buyq":
            check_buyq(words)
        case "python":
            check_module(words[1])
        case "just":
            recipes = re.findall(
                r"^(\w[\w-]*)[^:=\n]*:", (ROOT / "justfile").read_text(), re.MULTILINE
            )
            assert not words or words[0] in recipes
        case _:
            assert Path(sys.executable).with_name(program).exists()


def check_buyq(words: list[str]) -> None:
    options = [word.partition("=")[0] for word in words if word.startswith("-")]
    path: list[str] = []
    for word in words:
        if word.startswith("-") or not helped(*path, word):
            break
        path.append(word)
    text = helped(*path)
    assert text
    assert path or not [word for word in words if not word.startswith("-")], words
    assert [] == [option for option in options if option not in text]


def helped(*path: str) -> str:
    """What `--help` says of a command; empty if there is none."""
    ran = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    last = path[-1] if path else "Usage"
    return ran.stdout if ran.exit_code == 0 and last in ran.stdout.partition("[")[0] else ""


def check_module(name: str) -> None:
    found = importlib.util.find_spec(name)
    assert found is not None
    if found.submodule_search_locations is not None:
        assert importlib.util.find_spec(f"{name}.__main__") is not None
