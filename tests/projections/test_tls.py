"""A Postgres behind a certificate: its authority is checked, and so is its name."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from buyqueue.settings import Settings
from buyqueue.tables import create_engine
from migrations.upgrade import migrate
from tests.certificates import Authority, new_authority
from tests.projections.tls_front import Front, tls_front
from tests.stack.servers import Stack


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return new_authority(tmp_path / "tls")


@pytest.fixture
async def front(stack: Stack, authority: Authority) -> AsyncIterator[Front]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*authority.sign("postgres"))
    async with tls_front(urlsplit(stack.database_url).port or 5432, context) as serving:
        yield serving


async def url_through(front: Front, stack: Stack, host: str = "127.0.0.1") -> str:
    url = urlsplit(await stack.fresh_database())
    login = url.netloc.rpartition("@")[0]
    return url._replace(netloc=f"{login}@{host}:{front.port}").geturl()


async def ask(url: str, **told: object) -> object:
    settings = Settings(_env_file=None, database_url=SecretStr(url), **told)  # type: ignore[arg-type]
    engine = create_engine(settings)
    try:
        async with engine.connect() as connection:
            return (await connection.execute(text("SELECT 1"))).scalar()
    finally:
        await engine.dispose()


async def test_a_known_authority_is_taken_by_engine_and_migration(
    front: Front, stack: Stack, authority: Authority
) -> None:
    url = await url_through(front, stack)
    told = {"database_tls": "verify-full", "database_ca_file": authority.file}
    assert await ask(url, **told) == 1
    args = Settings(_env_file=None, **told).database_connect_args  # type: ignore[arg-type]
    assert await migrate(url, args) != []
    assert front.encrypted == [True, True]


@pytest.mark.parametrize(("tls", "encrypted"), [("require", True), ("disable", False)])
async def test_tls_may_be_asked_for_and_forbidden(
    front: Front, stack: Stack, tls: str, *, encrypted: bool
) -> None:
    assert await ask(await url_through(front, stack), database_tls=tls) == 1
    assert [encrypted] == front.encrypted


async def test_another_authority_is_refused(front: Front, stack: Stack, tmp_path: Path) -> None:
    other = new_authority(tmp_path / "other").file
    url = await url_through(front, stack)
    with pytest.raises(ssl.SSLCertVerificationError):
        await ask(url, database_tls="verify-full", database_ca_file=other)


async def test_another_name_is_refused(front: Front, stack: Stack, authority: Authority) -> None:
    url = await url_through(front, stack, host="localhost")
    with pytest.raises(ssl.SSLCertVerificationError, match="localhost"):
        await ask(url, database_tls="verify-full", database_ca_file=authority.file)
