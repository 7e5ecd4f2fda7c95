"""The gate as the settings say, or the reason why the api must not start like this."""

from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from api.auth.api_keys import ApiKeys
from api.auth.claims import Expected
from api.auth.gate import Gate
from api.auth.jwks import Jwks, from_file, from_url
from api.auth.origins import is_origin, is_this_machine
from api.auth.tokens import Tokens
from api.limits.abuse import Abuse
from api.limits.rates import Rates
from buyqueue.clock import Clock
from buyqueue.secret import Secret
from buyqueue.settings import Settings

SHORTEST = 32
"""Bytes of a secret: what HS256 takes."""


def check_auth(settings: Settings) -> None:
    """Return if an api may be served like this; raises ValueError naming what to set."""
    for origin in settings.cors_origins:
        if not is_origin(origin):
            raise ValueError(
                f"CORS_ORIGINS: {origin!r} is no origin, as https://app.example.com is"
            )
    if settings.auth == "open":
        if not is_this_machine(settings.host):
            raise ValueError(
                f"AUTH=open lets everybody do everything, so HOST must be 127.0.0.1 and not "
                f"{settings.host}: set AUTH=required and TOKEN_SECRET, or HOST=127.0.0.1"
            )
        return
    if settings.token_secret is None:
        raise ValueError(
            "AUTH=required needs TOKEN_SECRET, which `buyq keys secret` makes; on one's own "
            "machine AUTH=open with HOST=127.0.0.1 does without"
        )
    if settings.jwks_url is not None and settings.jwks_file is not None:
        raise ValueError("set JWKS_URL or JWKS_FILE, not both")
    if settings.jwks_url is not None and not _is_private(settings.jwks_url):
        raise ValueError("JWKS_URL must be https: whoever can change the answer can be anybody")
    own = _secret("TOKEN_SECRET", settings.token_secret)
    if settings.jwt_secret is not None:
        shared = _secret("JWT_SECRET", settings.jwt_secret)
        if shared.reveal() == own.reveal():
            raise ValueError("TOKEN_SECRET and JWT_SECRET must differ: the first is ours alone")


def gate_of(settings: Settings, engine: AsyncEngine, clock: Clock) -> Gate:
    """Make the gate; raises ValueError as `check_auth` does."""
    check_auth(settings)
    timeout_ms = settings.submit_timeout_ms
    return Gate(
        keys=ApiKeys(engine, timeout_ms=timeout_ms),
        tokens=_tokens_of(settings, clock),
        rates=Rates(engine, per_minute=settings.rate_limit_per_minute, timeout_ms=timeout_ms),
        abuse=Abuse(engine, clock, timeout_ms=timeout_ms),
    )


def _tokens_of(settings: Settings, clock: Clock) -> Tokens | None:
    """Make what verifies and makes tokens; None where the api is open."""
    if settings.auth == "open" or settings.token_secret is None:
        return None
    shared = settings.jwt_secret
    return Tokens(
        own_secret=_secret("TOKEN_SECRET", settings.token_secret),
        shared_secret=_secret("JWT_SECRET", shared) if shared is not None else None,
        jwks=_jwks(settings, clock),
        expected=Expected(settings.jwt_issuer, settings.jwt_audience),
        clock=clock,
    )


def _secret(name: str, value: SecretStr) -> Secret:
    raw = value.get_secret_value().encode()
    if len(raw) < SHORTEST:
        raise ValueError(
            f"{name} must have at least {SHORTEST} bytes; `buyq keys secret` makes one"
        )
    return Secret(raw)


def _jwks(settings: Settings, clock: Clock) -> Jwks | None:
    if settings.jwks_file is not None:
        return Jwks(from_file(settings.jwks_file), clock)
    return None if settings.jwks_url is None else Jwks(from_url(settings.jwks_url), clock)


def _is_private(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(parts.hostname))
