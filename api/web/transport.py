"""Whether a connection may carry a plain wallet key."""

from http import HTTPStatus
from ipaddress import IPv6Address, ip_address

from aiohttp import web

from api.web.problem import Problem
from buyqueue.errors import Code


def may_carry_key(scheme: str, peer: str | None, forwarded_scheme: str | None) -> bool:
    """Tell whether nobody between the client and us can read along: TLS, or this machine itself.

    `peer` is the address at the other end of the connection. NB: a proxy on this machine is a
    loopback peer too, so where it says that its own client came without TLS, it is believed.
    """
    if scheme == "https":
        return True
    if forwarded_scheme is not None and forwarded_scheme.strip().lower() != "https":
        return False
    return is_loopback(peer)


def is_loopback(peer: str | None) -> bool:
    """Tell whether an address is this machine's own; IPv4 written as IPv6 is, too."""
    try:
        address = ip_address((peer or "").partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_loopback


def require_private(request: web.Request) -> None:
    """Return if this request may carry a plain wallet key; raises Problem (403) otherwise."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    address = peer[0] if isinstance(peer, tuple) else None
    if not may_carry_key(request.scheme, address, request.headers.get("X-Forwarded-Proto")):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            Code.INSECURE_TRANSPORT,
            "A wallet key is taken only over TLS or from this machine: send it over https",
            field="walletPrivateKey",
        )
