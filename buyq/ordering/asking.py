"""What the commands that ask a running service share: where it is, who asks, how errors read."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar

import aiohttp
import typer
from pydantic import BaseModel, ValidationError

from buyq.client import ApiError, BuyClient, Unreachable
from buyq.printable import printable

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

TOKEN: Final = "BUYQ_TOKEN"  # noqa: S105 - the variable's name
TIMEOUT: Final = aiohttp.ClientTimeout(total=30)
REFUSED: Final = 1
UNREACHABLE: Final = 2

Url = Annotated[str, typer.Option(envvar="BUYQ_URL", help="Where the service is.")]
TokenFile = Annotated[
    Path | None,
    typer.Option(
        envvar="BUYQ_TOKEN_FILE",
        help="A file with a token or an API key; else it is taken from BUYQ_TOKEN.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, errors too.")]
HERE: Final = "http://127.0.0.1:3001"


def credential(file: Path | None) -> str | None:
    """Read the credential from a file or the environment, never from an argument."""
    try:
        found = file.read_text() if file else os.environ.get(TOKEN, "")
    except (OSError, UnicodeDecodeError):
        raise typer.BadParameter("the file of the token cannot be read") from None
    return found.strip() or None


def ask(
    url: str,
    token_file: Path | None,
    work: Callable[[BuyClient], Awaitable[T]],
    *,
    as_json: bool,
    advice: str = "",
) -> T:
    """Do something with a client; what goes wrong is told in a line, or as JSON, and ends it.

    Exits with 1 if the service refused, with 2 if it did not answer. `advice` is told where what
    was asked may have been done all the same.
    """

    async def run() -> T:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
            return await work(BuyClient(session, url, token))

    token = credential(token_file)
    try:
        return asyncio.run(run())
    except ApiError as error:
        doubt = advice if error.status >= 500 else ""
        after = error.retry_after_s
        told = error.body | ({"retryAfter": after} if after is not None else {})
        text = f"{error.text or 'refused'} ({error.code}, HTTP {error.status})"
        _fail(text, told | {"status": error.status}, doubt, REFUSED, as_json=as_json)
    except Unreachable as error:
        told = {"success": False, "error": str(error), "code": "unreachable"}
        _fail(str(error), told, advice, UNREACHABLE, as_json=as_json)


def checked(model: type[M], told: Mapping[str, Any]) -> M:
    """Make a message; raises BadParameter, without what was given: it may be a misplaced key."""
    try:
        return model.model_validate(told)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        text = f"{first['loc'][0]}: {first['msg']}"
    raise typer.BadParameter(text)


def say(text: str) -> None:
    """Print a line in which a stranger's words may stand."""
    typer.echo(printable(text.encode()))


def say_json(told: Mapping[str, Any]) -> None:
    """Print an object in one line."""
    typer.echo(json.dumps(told, ensure_ascii=True))


def _fail(text: str, told: Mapping[str, Any], advice: str, code: int, *, as_json: bool) -> NoReturn:
    if as_json:
        say_json({**told, "advice": advice} if advice else told)
    else:
        typer.echo(printable(text.encode()), err=True)
        if advice:
            typer.echo(advice, err=True)
    raise typer.Exit(code)
