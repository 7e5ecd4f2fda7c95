"""Ports on loopback that stay the same from one start to the next."""

import json
import socket
from itertools import chain, cycle
from pathlib import Path
from random import SystemRandom
from typing import Final

HOST = "127.0.0.1"
LAST = 65_535
OURS: Final = range(10_000, 32_768)
"""Below the ports that systems give to outgoing connections (Linux: 32768, RFC 6335: 49152).

Among those, a connection of any program may have a port before a server listens there.
"""

_turns = cycle(SystemRandom().sample(OURS, len(OURS)))


class PortTaken(Exception):
    """The port asked for is in use."""


def is_free(port: int) -> bool:
    """Tell whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections only linger is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """Find a port nothing listens on, and none that this process was given before.

    NB: nothing reserves it. Other processes look for theirs in another order.
    """
    return next(port for port in _turns if is_free(port))


def _both_free(port: int) -> bool:
    return port < LAST and is_free(port) and is_free(port + 1)


class PortBook:
    """The ports of one directory by name, kept in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ports = self._read()

    def port(self, name: str, asked: int | None = None) -> int:
        """Give the port asked for, else the one of last time if still free, else a new one.

        PortTaken when the one asked for is in use.
        """
        if asked:
            if not is_free(asked):
                raise PortTaken(f"port {asked}, asked for {name}, is in use")
            return self._keep(name, asked)
        known = self._ports.get(name)
        if known is not None and is_free(known):
            return known
        others = set(self._ports.values())
        fresh = next(port for port in iter(free_port, None) if port not in others)
        return self._keep(name, fresh)

    def pair(self, name: str, asked: int | None = None) -> int:
        """Give a port of which the next one is free too and stays so, as far as it is up to us."""
        after = f"{name} + 1"
        others = {port for other, port in self._ports.items() if other not in (name, after)}
        known = () if (last := self._ports.get(name)) is None else (last,)
        tried = (asked,) if asked else chain(known, iter(free_port, None))
        found = next((p for p in tried if _both_free(p) and others.isdisjoint((p, p + 1))), None)
        if found is None:
            raise PortTaken(f"port {asked}, asked for {name}, or the one after it is in use")
        self._keep(after, found + 1)
        return self._keep(name, found)

    def _keep(self, name: str, port: int) -> int:
        self._ports[name] = port
        self._path.write_text(json.dumps(self._ports, indent=2, sort_keys=True) + "\n")
        return port

    def _read(self) -> dict[str, int]:
        try:
            told = json.loads(self._path.read_text())
            return {str(name): int(port) for name, port in told.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}
