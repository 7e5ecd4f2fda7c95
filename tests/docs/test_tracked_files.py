"""What is in the repository runs anywhere: it names no machine's folders and no registry."""

import re
import shutil
import subprocess

import pytest

from tests.docs.markdown import ROOT

_HOSTS = ("pypi", "files.pythonhosted", "npmjs", "registry.npm", "repo.maven", "repo1.maven")
HOSTS = re.compile(r"|".join(rf"\b{re.escape(host)}\.(?:org|com|apache)\b" for host in _HOSTS))
FOLDERS = re.compile(r"(?<![\w.~/])/(?:root|home|Users|work)/\w")
BINARY = b"\0"


def texts() -> dict[str, str]:
    """Every file that is tracked or would be."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout")
    listed = subprocess.run(
        [git, "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=True,
        timeout=30,
    )
    names = [name for name in listed.stdout.decode().split("\0") if name]
    found = {name: (ROOT / name).read_bytes() for name in names if (ROOT / name).is_file()}
    return {name: data.decode() for name, data in found.items() if BINARY not in data}


@pytest.mark.parametrize("pattern", [HOSTS, FOLDERS], ids=["registries", "folders"])
def test_no_file_names_one(pattern: re.Pattern[str]) -> None:
    found = {name: pattern.findall(text) for name, text in texts().items()}
    assert {} == {name: hits for name, hits in found.items() if hits}


def test_they_would_be_found() -> None:
    assert HOSTS.search("https://" + "pypi" + ".org/simple")
    assert FOLDERS.search("cd " + "/ho" + "me/me")
    assert not FOLDERS.search("https://example.com" + "/wo" + "rk/1")
