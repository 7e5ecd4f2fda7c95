"""Requests and answers: JSON in, JSON out, and errors as exceptions."""

from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from buyq.client.errors import ApiError, Unreachable

Json = dict[str, Any]
API: Final = "/api/external-buy"


class Http:
    """Talks to one service, as whoever the credential says."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, credential: str | None = None
    ) -> None:
        self._session = session
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {credential}"} if credential else {}

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Json:
        """Answer the body of a route below API. Raises ApiError, Unreachable."""
        return await self._ask("GET", path, params=query or {})

    async def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Json:
        """Answer the body; an underscore in a header's name is a hyphen. Raises as `get` does."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {} if body is None else {"json": dict(body)}
        return await self._ask("POST", path, headers=named, **sent)

    async def delete(self, path: str) -> Json:
        """Answer the body. Raises as `get` does."""
        return await self._ask("DELETE", path)

    async def _ask(self, method: str, path: str, **told: Any) -> Json:
        headers = self._headers | told.pop("headers", {})
        url = f"{self._url}{API}{path}"
        try:
            async with self._session.request(method, url, headers=headers, **told) as answer:
                body = await answer.json(content_type=None)
                if isinstance(body, dict) and answer.status < 400:
                    return body
                said = body if isinstance(body, dict) else {}
                raise ApiError(answer.status, said, _seconds(answer.headers.get("Retry-After")))
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            # NB: not its text, in which a URL may stand.
            kind = type(error).__name__
            raise Unreachable(f"{method} {path} was not answered: {kind}") from None


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() else None
