"""Writes `jars.lock` anew; run by hand, `python -m sandbox.kafka.relock`, for another version.

Resolving is jgo's, in pure Python: neither Maven nor a Java is asked for.
"""

import dataclasses
import hashlib
import sys
import tempfile
from pathlib import Path

from jgo.maven import MavenContext
from jgo.parse import Coordinate

from sandbox.kafka.coordinates import KAFKA_VERSION, LOCK, Jar, render

ROOTS = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.3",
)
SCOPES = (None, "compile", "runtime")


def resolve(repository: Path) -> tuple[Jar, ...]:
    """Resolve the roots and what they need, downloading into `repository`."""
    context = MavenContext(repo_cache=repository)
    # NB: raw, or each root's dependencyManagement rules the others: the logging parent's would
    # bring the clients of another Kafka version.
    roots = [
        context.create_dependency(dataclasses.replace(Coordinate.parse(root), raw=True))
        for root in ROOTS
    ]
    inputs, transitive = context.resolver.resolve(roots)
    artifacts = [each.artifact for each in (*inputs, *transitive) if each.scope in SCOPES]
    return tuple(measured(artifact.component, artifact.resolve()) for artifact in artifacts)


def measured(component: object, path: Path) -> Jar:
    """Write the lock's row of one downloaded jar."""
    content = path.read_bytes()
    return Jar(str(component), hashlib.sha256(content).hexdigest(), len(content))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        jars = resolve(Path(scratch))
    LOCK.write_text(render(jars))
    sys.stdout.write(f"{len(jars)} jars, {sum(jar.size for jar in jars)} bytes\n")
