"""Which directory the state is in."""

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs

VARIABLE = "BUYQ_HOME"
NAME = "buyq"
# Root's own home is closed to the account Postgres must run as.
OF_ROOT = Path("/var/lib") / NAME


def choose(asked: Path | None, environment: Mapping[str, str], *, root: bool) -> Path:
    """Take the directory asked for, else BUYQ_HOME, else this user's own; links resolved."""
    told = asked or (Path(environment[VARIABLE]) if environment.get(VARIABLE) else None)
    default = OF_ROOT if root else Path(platformdirs.user_data_dir(NAME))
    return (told or default).expanduser().resolve()


def default_home(asked: Path | None = None) -> Path:
    """Give the directory this process uses."""
    return choose(asked, os.environ, root=os.geteuid() == 0)
