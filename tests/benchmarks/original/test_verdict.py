"""What the comparison counts as a mistake, and how it writes its figures."""

from tests.benchmarks.original.client import Heard
from tests.benchmarks.original.table import table
from tests.benchmarks.original.verdict import Mistakes, by_wallet, mistakes

FINE = {"success": True, "transactionSignature": "one"}
WALLETS = {"job": "wallet"}


def heard(*results: dict[str, object]) -> Heard:
    return Heard({}, {0: "job"}, {"job": list(results)} if results else {}, {})


def test_a_buy_that_was_made_and_told_once_is_no_mistake() -> None:
    found = mistakes(heard(FINE), {"wallet": ["one"]}, WALLETS, {"job": "completed"})
    assert Mistakes(0, 0, 0, 0, 0) == found


def test_a_second_purchase_is_double_and_told_wrongly() -> None:
    bought = by_wallet([{"wallet": "wallet", "signature": text} for text in ("one", "two")])
    found = mistakes(heard(FINE), bought, WALLETS, {"job": "completed"})
    assert Mistakes(double=1, lost=0, wrong=1, repeated=0, forgotten=0) == found


def test_a_result_that_never_came_is_lost_and_one_that_came_twice_is_repeated() -> None:
    bought = {"wallet": ["one"]}
    none = mistakes(heard(), bought, WALLETS, {"job": "completed"})
    twice = mistakes(heard(FINE, FINE), bought, WALLETS, {"job": "completed"})
    assert (1, 1) == (none.lost, twice.repeated)


def test_a_failure_of_what_was_bought_is_wrong_and_so_is_a_status_that_contradicts_it() -> None:
    failed = mistakes(heard({"success": False}), {"wallet": ["one"]}, WALLETS, {"job": "failed"})
    other = mistakes(heard(FINE), {"wallet": ["one"]}, WALLETS, {"job": "active"})
    gone = mistakes(heard(FINE), {"wallet": ["one"]}, WALLETS, {"job": None})
    assert (1, 1) == (failed.wrong, other.wrong)
    assert Mistakes(double=0, lost=0, wrong=0, repeated=0, forgotten=1) == gone


def row(system: str, speed: float) -> dict[str, object]:
    latency = {"p50": 10.0, "p99": 20.0}
    return {
        "system": system,
        "pace": "closed, 50",
        "perSecond": speed,
        **dict.fromkeys(("submitMs", "firstProgressMs", "resultMs"), latency),
        "cpuSecondsPer1000": {"api": 1.0, "worker": 1.0, "store": 1.0, "total": 3.0},
        "rssMb": {"total": 100.0},
        "rpcPerBuy": 0.0,
        "diskBytesPerBuy": 7_000,
        "mistakes": dict.fromkeys(("double", "lost", "wrong", "repeated", "forgotten"), 1),
    }


def test_a_table_has_medians_their_spread_and_ours_over_the_originals() -> None:
    rows = [row("original", speed) for speed in (100, 300, 200)]
    lines = table([*rows, *(row("ours", speed) for speed in (40, 50, 60))]).splitlines()
    assert "| closed, 50 | original | ours | ratio |" == lines[0]
    assert "| buys/s | 200 (100 to 300) | 50 (40 to 60) | 0.25 |" == lines[2]
    assert "| bought twice | 3 | 3 | |" in lines
