"""Real programs to test against: from a folder of one's own, and from a crate of their makers.

`BUYQ_PROGRAMS_DIR` names a folder of `*.so` files, each named by its program id or by a name that
`sandbox.solana.programs.KNOWN` lists. pump.fun's own crate ships theirs and Raydium's AMM v4: cargo
downloads it, and what it holds is kept in the user's cache folder. Nothing is committed.
"""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import platformdirs

from sandbox.solana.programs import KNOWN, program_of

CRATE: Final = "pump-rust-client"
VERSION: Final = "0.5.0"
OWN_FOLDER: Final = "BUYQ_PROGRAMS_DIR"


@cache
def programs() -> Mapping[str, Path]:
    """Answer the files that are there, by program id; one's own folder wins."""
    own = os.environ.get(OWN_FOLDER)
    folders = [folder for folder in (crate_folder(), Path(own) if own else None) if folder]
    return {str(program_of(file)): file for folder in folders for file in folder.glob("*.so")}


def missing(names: tuple[str, ...]) -> str | None:
    """Say why the programs of these names cannot be run; None if they can."""
    absent = [name for name in names if KNOWN[name] not in programs()]
    if not absent:
        return None
    return f"no program {', '.join(absent)}: put them into {OWN_FOLDER}, or have cargo for pump's"


@cache
def crate_folder() -> Path | None:
    """Answer the folder of the crate's programs, downloading it once; None without cargo."""
    folder = platformdirs.user_cache_path("buyq") / "programs" / f"{CRATE}-{VERSION}"
    if folder.is_dir():
        return folder
    archive = _archive() or _downloaded()
    if archive is None:
        return None
    scratch = folder.with_name(f"{folder.name}.{os.getpid()}")
    scratch.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as crate:
        for member in crate.getmembers():
            path = Path(member.name)
            if path.parent.name == "artifacts" and path.stem in KNOWN and member.isfile():
                content = crate.extractfile(member)
                assert content is not None
                (scratch / path.name).write_bytes(content.read())
    try:
        scratch.rename(folder)
    except OSError:  # another test run was faster
        shutil.rmtree(scratch)
    return folder


def _downloaded() -> Path | None:
    cargo = shutil.which("cargo")
    if cargo is None:
        return None
    # Asking about a crate downloads it whole into cargo's own cache; outside of any workspace.
    asked = [cargo, "info", "--quiet", f"{CRATE}@{VERSION}"]
    told = subprocess.run(asked, cwd="/", capture_output=True, timeout=100, check=False)
    return _archive() if told.returncode == 0 else None


def _archive() -> Path | None:
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    found = home.glob(f"registry/cache/*/{CRATE}-{VERSION}.crate")
    return next(found, None)
