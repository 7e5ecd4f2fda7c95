"""Listeners that ask who connects, beside the plain one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOOPBACK: Final = "127.0.0.1"
SCRAM: Final = "SCRAM-SHA-512"
_LOGIN: Final = "org.apache.kafka.common.security"


@dataclass(frozen=True, slots=True)
class Guarded:
    """One user, and the listeners by Kafka's name of the protocol.

    `SASL_PLAINTEXT` and `SASL_SSL` take the user by PLAIN and by SCRAM-SHA-512; `SSL` takes who
    has a certificate of the same authority. The files are PEM: the broker's key with its chain, and
    the authority.
    """

    ports: Mapping[str, int]
    username: str
    password: str
    certificate: Path | None = None
    authority: Path | None = None

    def servers(self, protocol: str) -> str:
        """Give what a client of this listener connects to."""
        return f"{LOOPBACK}:{self.ports[protocol]}"

    def listeners(self) -> str:
        """Write them as `listeners` has them, each after a comma."""
        return "".join(f",{name}://{self.servers(name)}" for name in self.ports)

    def protocols(self) -> str:
        """Write them as the map of protocols has them, each after a comma."""
        return "".join(f",{name}:{name}" for name in self.ports)

    def settings(self) -> dict[str, str]:
        """Write what else the broker is told; the password is among it."""
        told = {"sasl.enabled.mechanisms": f"PLAIN,{SCRAM}"}
        for protocol in self.ports:
            prefix = f"listener.name.{protocol.lower()}"
            if protocol.startswith("SASL"):
                told |= self._login(prefix)
            if protocol.endswith("SSL"):
                told |= {
                    f"{prefix}.ssl.keystore.type": "PEM",
                    f"{prefix}.ssl.keystore.location": str(self.certificate),
                    f"{prefix}.ssl.truststore.type": "PEM",
                    f"{prefix}.ssl.truststore.location": str(self.authority),
                    f"{prefix}.ssl.client.auth": "required" if protocol == "SSL" else "none",
                }
        return told

    def scram_arguments(self) -> str:
        """Write the arguments of `kafka-storage format` that make the user, one a line."""
        return f"--add-scram\n{SCRAM}=[name={self.username},password={self.password}]\n"

    def _login(self, prefix: str) -> dict[str, str]:
        plain = f'required user_{self.username}="{self.password}";'
        return {
            f"{prefix}.plain.sasl.jaas.config": f"{_LOGIN}.plain.PlainLoginModule {plain}",
            f"{prefix}.{SCRAM.lower()}.sasl.jaas.config": (
                f"{_LOGIN}.scram.ScramLoginModule required;"
            ),
        }
