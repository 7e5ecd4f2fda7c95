"""Where a webhook's deliveries go: its URL, checked before any name is looked up. Pure."""

import re
from ipaddress import ip_address
from typing import Any, Final

from yarl import URL

from api.auth.origins import is_this_machine
from api.webhooks.addresses import Address, Allowed, is_public
from buyqueue.errors import Code, InvalidInput

LONGEST: Final = 2_000
PORTS: Final = frozenset({443, 8443})
"""Of hosts that WEBHOOK_ALLOW does not list."""
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""A last label that makes a host an IPv4 address: WHATWG's URL standard, "ends in a number"."""


class NotAllowed(OSError):
    """An address that no webhook may lead to. It does not say which: that is ours to know."""

    def __init__(self) -> None:
        super().__init__("the host leads to an address that is not public")


def check_addresses(host: str, addresses: list[Address], allowed: Allowed) -> None:
    """Return if all that a host leads to may be connected to; raises NotAllowed.

    All: a name that leads to a public and to a private address is up to no good.
    """
    if allowed.name(host):
        return
    if not all(allowed.address(one) or is_public(one) for one in addresses):
        raise NotAllowed


def target_of(value: Any, allowed: Allowed) -> URL:
    """Read a URL; raises InvalidInput(INVALID_WEBHOOK_URL) saying what is wrong with it.

    NB: what a name leads to is looked at when it is connected to, each time.
    """
    if not isinstance(value, str):
        raise _invalid("must be a string")
    if len(value) > LONGEST or not value.isascii() or not value.isprintable() or " " in value:
        raise _invalid(f"must be at most {LONGEST} printable ASCII characters, without spaces")
    try:
        url = URL(value)
        host, port = host_of(url), url.port
    except ValueError:
        raise _invalid("cannot be read") from None
    if len(str(url)) > LONGEST:
        raise _invalid(f"must have at most {LONGEST} characters, written out")
    if url.scheme not in ("https", "http") or not host:
        raise _invalid("must begin with https:// and name a host")
    if url.user is not None or url.password is not None:
        raise _invalid("must not hold a name or password")
    if url.fragment:
        raise _invalid("must not hold a fragment")
    if "%" in url.raw_authority:
        raise _invalid("must write its host without %")
    literal = literal_of(host)
    # 2130706433, 127.1 and 0177.0.0.1 are this machine for a resolver, and names for ip_address().
    if literal is None and _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise _invalid("must write an address in full: four decimal numbers")
    listed = allowed.name(host) or (literal is not None and allowed.address(literal))
    if url.scheme == "http" and not (listed and is_this_machine(host)):
        raise _invalid("must begin with https://")
    if not listed and port not in PORTS:
        raise _invalid("must use port 443 or 8443")
    if literal is not None:
        try:
            check_addresses(host, [literal], allowed)
        except NotAllowed as error:
            raise _invalid(f"cannot be used: {error}") from None
    return url


def host_of(url: URL) -> str:
    """Answer the host in lower case, without a last dot; empty if there is none."""
    return (url.host or "").lower().rstrip(".")


def literal_of(host: str) -> Address | None:
    """Read a host that is an address; None if it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _invalid(text: str) -> InvalidInput:
    return InvalidInput(Code.INVALID_WEBHOOK_URL, f"url {text}", field="url")
