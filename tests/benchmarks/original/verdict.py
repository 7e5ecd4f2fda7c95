"""Mistakes: what was bought, beside what was told. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from tests.benchmarks.original.client import Heard


@dataclass(frozen=True, slots=True)
class Mistakes:
    """How many buys went wrong, and how."""

    double: int
    """Bought more than once."""
    lost: int
    """Accepted, and no result on the socket."""
    wrong: int
    """Told otherwise than it was: on the socket, or by REST against the socket."""
    repeated: int
    """More than one result on the socket."""
    forgotten: int
    """REST does not know the job any more (the original keeps its last 100)."""


def mistakes(
    heard: Heard,
    bought: Mapping[str, list[str]],
    wallet_of: Mapping[str, str],
    statuses: Mapping[str, str | None],
) -> Mistakes:
    """Judge one run.

    `bought`: the signatures of each wallet's purchases, by the ledger or the chain. `wallet_of`:
    the wallet of each job. `statuses`: what REST said of each job, None for one it does not know.
    """
    found: Counter[str] = Counter()
    for job, wallet in wallet_of.items():
        purchases = set(bought.get(wallet, []))
        results = heard.results.get(job, [])
        found["double"] += len(purchases) > 1
        found["lost"] += not results
        found["repeated"] += len(results) > 1
        found["forgotten"] += statuses.get(job) is None
        if results:
            found["wrong"] += not _agrees(results[0], purchases, statuses.get(job))
    return Mistakes(
        double=found["double"],
        lost=found["lost"],
        wrong=found["wrong"],
        repeated=found["repeated"],
        forgotten=found["forgotten"],
    )


def _agrees(result: Mapping[str, object], purchases: set[str], status: str | None) -> bool:
    if result["success"]:
        told, state = {result.get("transactionSignature")}, "completed"
    else:
        told, state = set(), "failed"
    return told == purchases and status in (None, state)


def by_wallet(ledger: list[Mapping[str, str]]) -> dict[str, list[str]]:
    """Gather a ledger's signatures."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in ledger:
        found[line["wallet"]].append(line["signature"])
    return dict(found)
