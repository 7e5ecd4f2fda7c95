"""The broker's configuration: one combined node for one machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.kafka.guarded import LOOPBACK, Guarded

HOST = LOOPBACK

LOGGING = """\
status=error
appender.out.type=Console
appender.out.name=OUT
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %p %c{1} %m%n
rootLogger.level=warn
rootLogger.appenderRef.out.ref=OUT
logger.server.name=kafka.server.KafkaRaftServer
logger.server.level=info
"""


# How every node of ours behaves, embedded or in a container. Topics are created by a migration,
# never by a mistyped name. The internal topics have few partitions: the default 50 cost a first
# consumer seconds. A killed node is let in again once its old session is over: 4 s, not 9.
BEHAVIOUR = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "broker.session.timeout.ms": "4000",
    "broker.heartbeat.interval.ms": "1000",
}


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the node listens, on loopback only."""

    broker: int
    controller: int


def bootstrap_servers(ports: Ports) -> str:
    """Give what a client connects to."""
    return f"{HOST}:{ports.broker}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The nodes of one cluster by their numbers, and the id that their storage is formatted with.

    With three nodes, each internal record is on all of them and acknowledged by two.
    """

    cluster_id: str
    nodes: Mapping[int, Ports]

    @property
    def settings(self) -> dict[str, str]:
        """What every node is told of the others."""
        copies, needed = len(self.nodes), max(1, len(self.nodes) - 1)
        voters = ",".join(f"{n}@{HOST}:{ports.controller}" for n, ports in self.nodes.items())
        return {
            "controller.quorum.voters": voters,
            "offsets.topic.replication.factor": str(copies),
            "transaction.state.log.replication.factor": str(copies),
            "transaction.state.log.min.isr": str(needed),
            "share.coordinator.state.topic.replication.factor": str(copies),
            "share.coordinator.state.topic.min.isr": str(needed),
        }


def properties(
    ports: Ports, data: Path, cluster: Cluster | None = None, guarded: Guarded | None = None
) -> str:
    """Write server.properties of a lone node, or of one in a cluster."""
    alone = {"controller.quorum.voters": f"1@{HOST}:{ports.controller}"}
    if cluster:
        alone = cluster.settings | {"node.id": str(_number(cluster, ports))}
    settings = (
        BEHAVIOUR
        | alone
        | {
            "listeners": f"PLAINTEXT://{HOST}:{ports.broker},CONTROLLER://{HOST}:{ports.controller}",
            "advertised.listeners": f"PLAINTEXT://{bootstrap_servers(ports)}",
            "log.dirs": str(data),
        }
    )
    if guarded:
        settings |= guarded.settings()
        settings["listeners"] += guarded.listeners()
        settings["advertised.listeners"] += guarded.listeners()
        settings["listener.security.protocol.map"] += guarded.protocols()
    return "".join(f"{key}={value}\n" for key, value in settings.items())


def _number(cluster: Cluster, ports: Ports) -> int:
    return next(number for number, known in cluster.nodes.items() if known == ports)
