"""No webhook leads into a private network, however the address is written."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver
from hypothesis import given
from hypothesis import strategies as st

from api.webhooks.addresses import Address, Allowed, is_public
from api.webhooks.resolving import GuardedResolver
from api.webhooks.targets import NotAllowed, target_of
from buyqueue.errors import InvalidInput

NOTHING = Allowed()
PRIVATE_4 = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
]  # fmt: skip
PRIVATE_6 = ["::/96", "::1/128", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "2001:db8::/32"]
HOLDS_4 = {
    "IPv4-mapped": 0xFFFF << 32,
    "IPv4-compatible": 0,
    "NAT64": 0x64_FF9B << 96,
    "local NAT64": 0x64_FF9B_0001 << 80,
}
"""Prefixes before 32 bits that are an IPv4 address."""

_FOURS = st.ip_addresses(v=4)
_PRIVATE: st.SearchStrategy[Address] = st.sampled_from(PRIVATE_4).flatmap(
    lambda network: st.ip_addresses(v=4, network=network)
) | st.sampled_from(PRIVATE_6).flatmap(lambda network: st.ip_addresses(v=6, network=network))


@given(_PRIVATE)
def test_a_private_address_is_refused(address: Address) -> None:
    assert not is_public(address)
    refused(f"https://{written(address)}/")


@given(st.sampled_from(sorted(HOLDS_4)), _FOURS)
def test_an_address_within_an_address_is_refused(kind: str, inner: IPv4Address) -> None:
    address = IPv6Address(HOLDS_4[kind] | int(inner))
    assert not is_public(address)
    refused(f"https://{written(address)}/")


@given(_FOURS)
def test_6to4_and_teredo_are_refused(inner: IPv4Address) -> None:
    assert not is_public(IPv6Address(0x2002 << 112 | int(inner) << 80 | 1))
    assert not is_public(IPv6Address(0x2001_0000 << 96 | (int(inner) ^ 0xFFFF_FFFF)))


@given(st.ip_addresses())
def test_what_is_public_is_so_for_python_too(address: Address) -> None:
    """Whose own lists are another reading of the same registries."""
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast
        assert not getattr(address, "is_site_local", False)


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "2a00:1450::5"])
def test_the_public_internet_is_public(text: str) -> None:
    assert is_public(ip_address(text))
    assert target_of(f"https://{written(ip_address(text))}/", NOTHING)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "http://127.0.0.1/",
        "ftp://example.com/",
        "https://",
        "https:///x",
        "//example.com/",
        "https://user@example.com/",
        "https://user:password@example.com/",
        "https://example.com/#fragment",
        "https://example.com:22/",
        "https://example.com:80/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://ex ample.com/",
        "https://example.com/\n",
        "https://exämple.com/",
        "https://example.com/" + "x" * 2_000,
        "https://example.com/" + '"' * 1_000,
        "",
        None,
        7,
    ],
)
def test_a_url_that_no_webhook_has_is_refused(url: Any) -> None:
    refused(url)


DISGUISED = [
    "2130706433", "0x7f000001", "0X7F000001", "0x7f.1", "127.1", "127.0.1", "0177.0.0.1",
    "127.0.0.01", "2130706433.", "example.0x", "example.12", "1.1.1.1.1", "256.0.0.1",
    "%31%32%37.0.0.1", "127%2e0%2e0%2e1", "127.0.0.1%2e", "exa%6dple.com", "example.com%00.evil",
    "[::1%25]", "[fe80::1%25eth0]",
]  # fmt: skip
"""Hosts that are an address for somebody, and for `ip_address()` a name."""


@pytest.mark.parametrize("host", DISGUISED)
def test_an_address_in_disguise_is_refused_before_anything_is_looked_up(host: str) -> None:
    """Also where it would be allowed in plain writing."""
    refused(f"https://{host}/")
    with pytest.raises(InvalidInput):
        target_of(f"https://{host}/", Allowed.of(("0.0.0.0/0", "::/0")))


@pytest.mark.parametrize("host", ["1.com", "0x7f.com", "1.1.1.1.", "a.1e5", "a.x0", "3.14.example"])
def test_a_name_with_numbers_in_it_is_a_name(host: str) -> None:
    assert target_of(f"https://{host}/%31?a=%2e", NOTHING)


def test_what_is_listed_may_be_reached_by_http_on_this_machine_only() -> None:
    listed = Allowed.of(("127.0.0.0/8", "10.0.0.0/8", "hooks.internal", "localhost"))
    for good in (
        "http://127.0.0.1:9000/",
        "http://localhost:9000/",
        "https://10.1.2.3:9000/",
        "https://hooks.internal:9000/",
    ):
        assert good == str(target_of(good, listed))
    for bad in ("http://10.1.2.3/", "http://hooks.internal/", "https://192.168.0.1/"):
        with pytest.raises(InvalidInput):
            target_of(bad, listed)


@pytest.mark.parametrize("entry", ["10.0.0.1/8", "a b", "https://a", "1.2.3", "", "*"])
def test_what_is_no_network_and_no_name_is_not_listed(entry: str) -> None:
    with pytest.raises(ValueError, match="WEBHOOK_ALLOW"):
        Allowed.of((entry,))


class Answers(AbstractResolver):
    """A look-up that says what it is told to."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - aiohttp names it
    ) -> list[Any]:
        return [{"hostname": host, "host": one, "port": port} for one in self._addresses]

    async def close(self) -> None:
        """Has nothing to close."""


async def test_a_name_is_followed_only_where_all_of_it_is_public() -> None:
    """Two look-ups that differ do not help either: what was checked is what is connected to."""
    found = await GuardedResolver(NOTHING, Answers("1.1.1.1")).resolve("a.example", 443)
    assert ["1.1.1.1"] == [one["host"] for one in found]
    for addresses in (["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["::ffff:1.1.1.1"], ["fe80::1%2"]):
        with pytest.raises(NotAllowed):
            await GuardedResolver(NOTHING, Answers(*addresses)).resolve("a.example", 443)


async def test_a_listed_name_or_network_is_followed() -> None:
    by_name = Allowed.of(("hooks.internal",))
    assert await GuardedResolver(by_name, Answers("10.0.0.1")).resolve("Hooks.Internal.", 443)
    by_network = Allowed.of(("10.0.0.0/24", "fd00::/64"))
    for address in ("10.0.0.1", "::ffff:10.0.0.1", "fd00::1"):
        assert await GuardedResolver(by_network, Answers(address)).resolve("b.internal", 443)
    with pytest.raises(NotAllowed):
        await GuardedResolver(by_network, Answers("10.0.1.1")).resolve("b.internal", 443)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "localhost"])
async def test_this_machine_in_disguise_is_found_out(host: str) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - not allowed, or no such name: as the system has it
        await GuardedResolver(NOTHING).resolve(host, 443)


def refused(url: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        target_of(url, NOTHING)
    assert ("invalid_webhook_url", "url") == (caught.value.code, caught.value.field)


def written(address: Address) -> str:
    return str(address) if address.version == 4 else f"[{address}]"
