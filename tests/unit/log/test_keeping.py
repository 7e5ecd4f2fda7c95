"""What is said of a topic that would lose parts of the record."""

from types import SimpleNamespace
from typing import Any

import pytest

from buyqueue.log.keeping import UnsafeTopic, check_kept, faults
from buyqueue.log.topic import BUYS, TOPIC_CONFIG, TopicLayout

LAYOUT = TopicLayout(partitions=64, replication=3)
AS_MADE = TOPIC_CONFIG | {"min.insync.replicas": "2"}


class Admin:
    """Answers a topic's settings, or that it may not."""

    def __init__(self, code: int, settings: dict[str, str]) -> None:
        entries: list[tuple[Any, ...]] = [
            (name, value, False, 1, False, []) for name, value in settings.items()
        ]
        self._resource = (code, None, 2, BUYS, entries)

    async def describe_configs(self, _asked: Any) -> list[Any]:
        return [SimpleNamespace(resources=[self._resource])]


def admin(code: int, settings: dict[str, str]) -> Any:
    return Admin(code, settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retention.ms", "604800000"),
        ("retention.bytes", "1073741824"),
        ("cleanup.policy", "compact"),
        ("cleanup.policy", "compact,delete"),
        ("min.insync.replicas", "1"),
        ("unclean.leader.election.enable", "true"),
    ],
)
async def test_a_topic_that_loses_records_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(UnsafeTopic, match=f"topic buys: {name}={value}, must be .*kafka-configs"):
        await check_kept(admin(0, AS_MADE | {name: value}), [BUYS], LAYOUT)


@pytest.mark.parametrize(
    "settings",
    [AS_MADE, AS_MADE | {"min.insync.replicas": "3", "local.retention.ms": "1000"}, {}],
)
def test_one_that_keeps_all_or_does_not_say_is_taken(settings: dict[str, str]) -> None:
    assert [] == list(faults(settings, LAYOUT))


async def test_a_cluster_that_does_not_tell_is_only_warned_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await check_kept(admin(29, {}), [BUYS], LAYOUT)
    assert "topic.unchecked" in capsys.readouterr().out
