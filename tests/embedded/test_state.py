"""The directory of a local stack."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.state.directory import MARKER, StateDirectory
from sandbox.state.errors import AlreadyRunning, NotOurs
from sandbox.state.home import OF_ROOT, choose
from sandbox.state.ports import PortTaken, free_port

SECOND = """
import sys
from pathlib import Path
from sandbox.state.directory import StateDirectory
with StateDirectory(Path(sys.argv[1]), purpose="up"):
    pass
"""


def test_a_second_start_is_told_who_runs(tmp_path: Path) -> None:
    """From another process too, and only while the first one lives."""
    home = tmp_path / "home"
    argv = [sys.executable, "-c", SECOND, str(home)]
    with StateDirectory(home, purpose="demo"):
        with pytest.raises(AlreadyRunning) as refused, StateDirectory(home, purpose="up"):
            pass
        second = subprocess.run(argv, capture_output=True, text=True, check=False)
    for text in (str(refused.value), second.stderr):
        assert f"`buyq demo` is already running as pid {os.getpid()} in {home}" in text
        assert "BUYQ_HOME" in text
    assert subprocess.run(argv, check=False).returncode == 0


def test_fresh_removes_what_is_inside_only(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    home = tmp_path / "home"
    with StateDirectory(home, purpose="demo") as state:
        (state.part("kafka") / "data").touch()
        (state.home / "link").symlink_to(outside)
        (state.part("postgres") / "link").symlink_to(outside)
    with StateDirectory(home, purpose="demo", fresh=True):
        assert sorted(each.name for each in home.iterdir()) == [MARKER, "lock"]
    assert (outside / "kept").exists()


@pytest.mark.parametrize("fresh", [False, True])
def test_a_directory_of_others_is_left_alone(tmp_path: Path, *, fresh: bool) -> None:
    (tmp_path / "thesis.txt").touch()
    with (
        pytest.raises(NotOurs, match="not made by buyq"),
        StateDirectory(tmp_path, purpose="demo", fresh=fresh),
    ):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_running_one_is_not_wiped(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with StateDirectory(home, purpose="demo") as state:
        (state.part("kafka") / "data").touch()
        with pytest.raises(AlreadyRunning), StateDirectory(home, purpose="up", fresh=True):
            pass
        assert (home / "kafka" / "data").exists()


def test_ports_stay_while_they_are_free(tmp_path: Path) -> None:
    with StateDirectory(tmp_path / "home", purpose="demo") as state:
        kafka, postgres = state.port("kafka"), state.port("postgres")
    with socket.socket() as other, StateDirectory(tmp_path / "home", purpose="demo") as state:
        other.bind(("127.0.0.1", kafka))
        other.listen()
        assert state.port("postgres") == postgres != kafka
        assert state.port("kafka") not in (kafka, postgres)
        with pytest.raises(PortTaken, match=str(kafka)):
            state.port("api", kafka)


def test_no_connection_takes_a_port_that_was_found() -> None:
    """Nor is one found twice. Linux gives connections ports from 32768 on, others from 49152."""
    found = {free_port() for _ in range(500)}
    assert len(found) == 500
    assert max(found) < 32_768


def test_a_pair_of_ports_stays_a_pair(tmp_path: Path) -> None:
    with StateDirectory(tmp_path / "home", purpose="demo") as state:
        rpc = state.pair("rpc")
    with StateDirectory(tmp_path / "home", purpose="demo") as state:
        assert rpc == state.pair("rpc")
    with socket.socket() as other, StateDirectory(tmp_path / "home", purpose="demo") as state:
        other.bind(("127.0.0.1", rpc + 1))
        other.listen()
        with pytest.raises(PortTaken, match=str(rpc)):
            state.pair("rpc", rpc)
        assert state.pair("rpc") not in (rpc, rpc + 1)


def test_the_directory_is_chosen_in_order(tmp_path: Path) -> None:
    told = {"BUYQ_HOME": str(tmp_path / "told")}
    assert choose(tmp_path / "asked", told, root=False) == tmp_path / "asked"
    assert choose(None, told, root=True) == tmp_path / "told"
    assert choose(None, {}, root=True) == OF_ROOT
    assert choose(None, {}, root=False).name == "buyq"
