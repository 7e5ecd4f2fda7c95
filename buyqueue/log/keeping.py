"""Whether a topic that is there already keeps the record as one of ours would."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

from buyqueue.log.topic import BUYS, TopicLayout
from buyqueue.logs import get_logger

log = get_logger(__name__)

FOR_EVER: Final = ("retention.ms", "retention.bytes")


class UnsafeTopic(ValueError):
    """A topic would lose or scatter parts of the record: nobody may write orders there."""


async def check_kept(
    admin: AIOKafkaAdminClient, names: Collection[str], layout: TopicLayout
) -> None:
    """Look at these topics' settings.

    Raises UnsafeTopic, with what to do, and what aiokafka raises. Where a cluster does not tell
    its settings, as some that others run do not, a warning is logged and nothing raised.
    """
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    unsafe = []
    for answer in await admin.describe_configs(asked) if asked else ():
        for code, text, _kind, name, entries in answer.resources:
            if code:
                why = text or for_code(code).__name__
                log.warning("topic.unchecked", topic=name, why=why, needs="DescribeConfigs")
                continue
            unsafe += [f"topic {name}: {fault}" for fault in faults(_settings(entries), layout)]
    if unsafe:
        raise UnsafeTopic(
            f"{'; '.join(unsafe)}. The log is the record, and this loses parts of it. Was the topic"
            " made by the broker (auto.create.topics.enable) or by hand? Set it right with"
            " kafka-configs.sh --alter --entity-type topics --entity-name NAME --add-config ...;"
            " one that holds no buys yet may be deleted, and `buyq topics` makes it anew"
        )


async def require_partitions(admin: AIOKafkaAdminClient, layout: TopicLayout) -> None:
    """Return if the log has its partitions: a buy's follows from their number.

    Raises UnsafeTopic, and what aiokafka raises.
    """
    for topic in await admin.describe_topics([BUYS]):
        # 0 is a broker that cannot tell yet.
        if (there := len(topic["partitions"])) not in (0, layout.partitions):
            raise UnsafeTopic(
                f"the topic {BUYS} has {there} partitions, and TOPIC_PARTITIONS says "
                f"{layout.partitions}; their number is fixed (docs/operations/deploy.md)"
            )


def faults(settings: Mapping[str, str], layout: TopicLayout) -> Iterator[str]:
    """Tell what would delete records or lose acknowledged ones. One not told is no fault."""
    policies = settings.get("cleanup.policy", "delete").split(",")
    if "compact" in policies:
        yield f"cleanup.policy={settings['cleanup.policy']}, must be delete"
    if "delete" in policies:
        for name in FOR_EVER:
            if (kept := settings.get(name, "-1")) != "-1":
                yield f"{name}={kept}, must be -1"
    needed = layout.min_insync_replicas
    if int(settings.get("min.insync.replicas", needed)) < needed:
        yield (
            f"min.insync.replicas={settings['min.insync.replicas']}, must be {needed} or more"
            f" (TOPIC_REPLICATION is {layout.replication})"
        )
    if settings.get("unclean.leader.election.enable", "false") != "false":
        yield "unclean.leader.election.enable=true, must be false"


def _settings(entries: list[tuple[Any, ...]]) -> dict[str, str]:
    """Read names and values; what else stands beside them depends on the broker's version."""
    return {name: value for name, value, *_ in entries if value is not None}
