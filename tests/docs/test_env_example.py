"""`.env.example` names every setting, with the default that it has."""

import re

import pytest
from pydantic import SecretStr

from buyqueue.settings import Settings
from tests.docs.markdown import ROOT

EXAMPLE = ROOT / ".env.example"
_SET = re.compile(r"^(# )?([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)


def assignments(*, commented: bool) -> list[str]:
    text = EXAMPLE.read_text()
    return [name.lower() for mark, name, _ in _SET.findall(text) if bool(mark) is commented]


def test_every_setting_stands_there_once() -> None:
    named = [*assignments(commented=True), *assignments(commented=False)]
    assert sorted(Settings.model_fields) == sorted(named)


def test_what_is_set_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    assert Settings(_env_file=None) == Settings(_env_file=EXAMPLE)


def test_only_what_has_no_default_is_commented_out() -> None:
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    unset = [name for name, value in defaults.items() if value is None or value == ()]
    assert sorted(unset) == sorted(assignments(commented=True))


def test_no_secret_has_a_default() -> None:
    """But the address of a database on this machine, which has no password."""
    secrets = [n for n, f in Settings.model_fields.items() if isinstance(f.default, SecretStr)]
    assert ["database_url"] == secrets
