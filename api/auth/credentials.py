"""Finding the one credential that a request or a socket carries. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from api.auth.refusals import BadCredential

KEY_HEADER: Final = "X-Api-Key"
LONGEST: Final = 8_192
_IN_AUTH: Final = ("token", "apiKey")


def from_headers(authorization: list[str], api_key: list[str]) -> str | None:
    """Read `Authorization: Bearer …` or `X-Api-Key`, given all values of each; None if neither.

    Either may hold a token or an API key. Raises BadCredential for more than one.
    """
    found = [_bearer(value) for value in authorization] + api_key
    return _only(found)


def from_handshake(auth: Any, environ: Mapping[str, Any]) -> str | None:
    """Read a socket's `auth: {token}` or `{apiKey}`, or else its headers. Never a query."""
    if isinstance(auth, Mapping):
        found = [auth[name] for name in _IN_AUTH if auth.get(name) is not None]
        if found:
            return _only(found)
    headers = [environ.get(name) for name in ("HTTP_AUTHORIZATION", "HTTP_X_API_KEY")]
    first, second = ([value] if isinstance(value, str) else [] for value in headers)
    return from_headers(first, second)


def _bearer(value: str) -> str:
    scheme, _, credential = value.partition(" ")
    if scheme.lower() != "bearer":
        raise BadCredential("Send the credential as Authorization: Bearer")
    return credential.strip()


def _only(found: list[Any]) -> str | None:
    if len(found) > 1:
        raise BadCredential("Send one credential and not several")
    if not found:
        return None
    (credential,) = found
    if not isinstance(credential, str) or not 1 <= len(credential) <= LONGEST:
        raise BadCredential("The credential is not valid")
    # A byte that is no UTF-8 comes as half a surrogate pair, which nothing can encode.
    if not credential.isascii():
        raise BadCredential("The credential is not valid")
    return credential
