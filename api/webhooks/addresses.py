"""Which addresses a webhook may lead to: those of the public internet, and what is allowed. Pure.

Lists, not `is_global` alone: what that means has changed between versions of Python, and it says
nothing of addresses that hold another one. Sources: IANA's special-purpose registries for IPv4 and
IPv6 (RFC 6890 and its updates).
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final, Self

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

CLOSED_4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",  # link-local, and the clouds' metadata
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",  # multicast, reserved, broadcast
        ),
    )
)
OPEN_6: Final = IPv6Network("2000::/3")
"""All that is assigned as global unicast; NAT64, IPv4-mapped and local addresses are outside."""
CLOSED_6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocols: Teredo, ORCHID, benchmarking
            "2001:db8::/32",
            "2002::/16",  # 6to4, which holds an IPv4 address
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What WEBHOOK_ALLOW lists beside the public internet: networks, addresses and names."""

    networks: tuple[Network, ...] = ()
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: tuple[str, ...]) -> Self:
        """Read the setting; raises ValueError naming what is no network and no name."""
        networks, names = [], set()
        for entry in entries:
            try:
                networks.append(ip_network(entry))
            except ValueError:
                name = entry.lower().rstrip(".")
                letters = name.replace("-", "").replace(".", "")
                if not (letters.isascii() and letters.isalnum()) or name[-1].isdigit():
                    raise ValueError(
                        f"WEBHOOK_ALLOW: {entry!r} is no network and no name"
                    ) from None
                names.add(name)
        return cls(tuple(networks), frozenset(names))

    def name(self, host: str) -> bool:
        """Tell whether a host is allowed by its name, wherever it leads."""
        return host in self.names

    def address(self, address: Address) -> bool:
        """Tell whether an address is in a network that is listed."""
        plain = unmapped(address)
        return any(plain.version == n.version and plain in n for n in self.networks)


def unmapped(address: Address) -> Address:
    """Answer the IPv4 address that an IPv4-mapped one is; systems connect to that."""
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return inner or address


def is_public(address: Address) -> bool:
    """Tell whether an address is on the public internet; an IPv4-mapped one never is."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in CLOSED_4)
    if address.scope_id is not None:
        return False
    return address in OPEN_6 and not any(address in network for network in CLOSED_6)
