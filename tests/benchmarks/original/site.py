"""A system that is up, whichever it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.local_chain import Addresses
from sandbox.processes.crew import Crew


@dataclass(frozen=True, slots=True)
class Site:
    """What the comparison needs of it."""

    url: str
    crew: Crew
    home: Path
    """Everything that it writes is below."""
    token: str
    chain: Addresses | None
    """Where it buys on a chain."""
    ledger: Path
    """Where it buys by a line in a file."""
    wallets: list[str]
    """Secret keys of wallets with play money on that chain."""
    roles: Mapping[str, str]
    """What each process is there for: `api`, `worker`, `store`, `chain`, `projector`."""
    not_its_own: frozenset[str] = frozenset()
    """Methods of the chain's node that a stand-in asks for, and the system itself never."""
