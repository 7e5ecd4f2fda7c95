"""API keys on the command line."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from api.auth.api_keys import ApiKey, ApiKeys
from api.auth.caller import Scope, scopes_text
from buyqueue.clock import SystemClock
from buyqueue.settings import Settings
from buyqueue.tables import create_engine

T = TypeVar("T")

app = typer.Typer(help="API keys, for services that submit buys.", no_args_is_help=True)

Scopes = Annotated[
    list[Scope] | None,
    typer.Option("--scope", help="May be given several times; submit, read and cancel by default."),
]
User = Annotated[
    str | None, typer.Option(help="For this user only; without it, for any user that it names.")
]


@app.command()
def create(name: str, scope: Scopes = None, user: User = None) -> None:
    """Make a key and show it: this once, for only its hash is kept."""
    scopes = frozenset(scope or (Scope.SUBMIT, Scope.READ, Scope.CANCEL))
    typer.echo(_run(lambda keys: keys.create(name, scopes, user, SystemClock().now())))


@app.command(name="list")
def show() -> None:
    """List the keys, without the keys themselves."""
    table = Table("id", "name", "scopes", "user", "created", "revoked", box=None)
    for key in _run(lambda keys: keys.all()):
        table.add_row(*_row(key))
    Console(highlight=False).print(table)


@app.command()
def revoke(key_id: str) -> None:
    """Revoke a key: requests at once, sockets within a minute, its tokens within an hour."""
    if not _run(lambda keys: keys.revoke(key_id, SystemClock().now())):
        typer.echo(f"there is no key {key_id}, or it is revoked already", err=True)
        raise typer.Exit(1)


@app.command()
def secret() -> None:
    """Make a TOKEN_SECRET: 256 random bits."""
    typer.echo(f"TOKEN_SECRET={secrets.token_urlsafe(32)}")


def _row(key: ApiKey) -> tuple[str, ...]:
    revoked = f"{key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else ""
    created = f"{key.created_at:%Y-%m-%d %H:%M}"
    return key.key_id, key.name, scopes_text(key.scopes), key.user_id or "any", created, revoked


def _run(asked: Callable[[ApiKeys], Awaitable[T]]) -> T:
    async def run() -> T:
        settings = Settings()
        engine = create_engine(settings)
        try:
            return await asked(ApiKeys(engine, timeout_ms=settings.submit_timeout_ms))
        finally:
            await engine.dispose()

    return asyncio.run(run())
