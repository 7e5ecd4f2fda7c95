"""Packages from npm, and programs run to their end."""

import asyncio
import shutil
from pathlib import Path

import pytest


async def run(*argv: str, cwd: Path, within_s: float) -> tuple[int, str]:
    """Run a program; answer its exit code and everything that it wrote."""
    process = await asyncio.create_subprocess_exec(
        *argv, cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        written, _ = await asyncio.wait_for(process.communicate(), within_s)
    except TimeoutError:
        process.kill()
        written, _ = await process.communicate()
        return -1, f"took longer than {within_s} s:\n{written.decode()}"
    return process.returncode or 0, written.decode()


async def installed(folder: Path, package: str) -> Path:
    """Install a package into a folder, or skip the test with the reason."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("needs node and npm")
    install = ["install", "--no-audit", "--no-fund", "--prefix", str(folder), package]
    code, written = await run(npm, *install, cwd=folder, within_s=90)
    if code:
        pytest.skip(f"npm could not install {package}: {written[-300:]}")
    return folder
