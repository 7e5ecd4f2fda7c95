"""The npm package's folder with its packages installed, and scripts that drive a browser."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest

from tests.docs.markdown import ROOT
from tests.npm import run

WEB = ROOT / "web"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


async def package() -> Path:
    """Install what web/package.json names, or skip with the reason."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("needs node and npm")
    code, written = await run(npm, "install", "--no-audit", "--no-fund", cwd=WEB, within_s=180)
    if code:
        pytest.skip(f"npm could not install the packages of web/: {written[-300:]}")
    return WEB


async def driven(script: str, told: Mapping[str, object], within_s: float = 90) -> Any:
    """Run a script of web/test/browser in Chromium and answer what it says."""
    if not any(map(shutil.which, BROWSERS)):
        pytest.skip("needs Chromium: apt-get install chromium")
    path = WEB / "test" / "browser" / f"{script}.mjs"
    with NamedTemporaryFile("w", suffix=".json") as file:
        # NB: not as an argument, which every process of the machine can read.
        json.dump(told, file)
        file.flush()
        code, written = await run("node", str(path), file.name, cwd=WEB, within_s=within_s)
    assert 0 == code, written
    return json.loads(written.splitlines()[-1])
