"""The four phases that people see."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhaseText:
    """A phase's fixed words; `percent` is shown from the moment it is reached."""

    number: int
    title: str
    percent: int
    description: str
    operation: str


PHASES = (
    PhaseText(
        1,
        "Buy Operation Started",
        10,
        "Initializing buy operation; setting up parameters",
        "Accepted by a worker",
    ),
    PhaseText(
        2,
        "Preparing Wallet",
        35,
        "Validating wallet and balance; setting up keypair",
        "Checking the wallet and the token",
    ),
    PhaseText(
        3,
        "Executing Purchase",
        70,
        "Executing buy transaction on platform; platform detection and optimization",
        "Asking for a quote",
    ),
    PhaseText(
        4,
        "Operation Completed",
        100,
        "Transaction confirmation; final result processing",
        "Confirmed",
    ),
)
TOTAL_PHASES = len(PHASES)


def phase_text(number: int) -> PhaseText:
    """Look up a phase, 1 to 4."""
    return PHASES[number - 1]
