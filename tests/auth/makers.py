"""Makers of tokens, the right ones and the wrong ones."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from buyqueue.clock import SystemClock

OWN_SECRET = "o" * 40
SHARED_SECRET = "s" * 40
ISSUER = "https://login.example.com"
AUDIENCE = "external-buy"
EVERYTHING = "submit read cancel admin"

RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()
STRANGER = rsa.generate_private_key(65537, 2048)

RSA_PEM = RSA_KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def now() -> datetime:
    return SystemClock().now()


def jwks() -> bytes:
    """The published keys, with a symmetric one that must not be taken."""
    keys = [
        json.loads(RSAAlgorithm.to_jwk(RSA_KEY.public_key())) | {"kid": "rsa", "alg": "RS256"},
        json.loads(ECAlgorithm.to_jwk(EC_KEY.public_key())) | {"kid": "ec", "alg": "ES256"},
        json.loads(OKPAlgorithm.to_jwk(ED_KEY.public_key())) | {"kid": "ed"},
        {"kty": "oct", "kid": "oct", "alg": "HS256", "k": _base64(b"p" * 32)},
        {"kty": "unheard of", "kid": "odd"},
    ]
    return json.dumps({"keys": keys}).encode()


def claims(user: str = "alice", scope: Any = EVERYTHING, **other: Any) -> dict[str, Any]:
    """What a good token says; what is given as `...` is left out."""
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": user,
        "scope": scope,
        "exp": int((now() + timedelta(minutes=5)).timestamp()),
    }
    return {name: value for name, value in (said | other).items() if value is not ...}


def token(user: str = "alice", scope: Any = EVERYTHING, **other: Any) -> str:
    """A token of whoever has the shared secret."""
    return jwt.encode(claims(user, scope, **other), SHARED_SECRET, "HS256")


def signed(key: Any, algorithm: str, kid: str, **other: Any) -> str:
    """A token signed with a private key."""
    return jwt.encode(claims(**other), key, algorithm, headers={"kid": kid})


def bad_tokens() -> dict[str, str]:
    """Everything that must not be let in, by what is wrong with it."""
    past = int((now() - timedelta(minutes=2)).timestamp())
    future = int((now() + timedelta(minutes=2)).timestamp())
    good = token()
    head, body, signature = good.split(".")
    return {
        "expired": token(exp=past),
        "without an end": token(exp=...),
        "an end that is no time": token(exp="tomorrow"),
        "not valid yet": token(nbf=future),
        "made in the future": token(iat=future),
        "of another secret": jwt.encode(claims(), "x" * 40, "HS256"),
        "of another algorithm": jwt.encode(claims(), SHARED_SECRET.ljust(64, "s"), "HS512"),
        "of another issuer": token(iss="https://evil.example.com"),
        "of no issuer": token(iss=...),
        "for another audience": token(aud="somebody-else"),
        "for no audience": token(aud=...),
        "of nobody": token(sub=...),
        "of a nameless user": token(sub=""),
        "for a job that is none": token(job="nonsense"),
        "algorithm none": _forged({"alg": "none", "typ": "JWT"}, b""),
        "algorithm None": _forged({"alg": "None"}, b""),
        "no algorithm": _forged({"typ": "JWT"}, b""),
        "without its signature": f"{head}.{body}.",
        "with another body": f"{head}.{_part(claims('mallory'))}.{signature}",
        "HS256 by the public key": _hmac({"alg": "HS256", "kid": "rsa"}, RSA_PEM),
        "HS256 by a published secret": _hmac({"alg": "HS256", "kid": "oct"}, b"p" * 32),
        "RS256 by a stranger": signed(STRANGER, "RS256", "rsa"),
        "RS256 with a key of its own": jwt.encode(
            claims(),
            STRANGER,
            "RS256",
            headers={"jwk": json.loads(RSAAlgorithm.to_jwk(STRANGER.public_key()))},
        ),
        "PS256 by an RS256 key": signed(RSA_KEY, "PS256", "rsa"),
        "ES256 by the id of another": signed(EC_KEY, "ES256", "rsa"),
        "an unknown key": signed(RSA_KEY, "RS256", "unheard of"),
        "ours by the shared secret": jwt.encode(
            claims(iss="external-buy"), SHARED_SECRET, "HS256", headers={"kid": "external-buy"}
        ),
        "the shared one by our secret": jwt.encode(claims(), OWN_SECRET, "HS256"),
        "nonsense": "nonsense",
        "three dots": "...",
        "an API key that never was": f"buyq_{'0' * 12}_{'A' * 43}",
        "an API key cut short": "buyq_",
        "too long": "a" * 9_000,
    }


def at(seconds: float) -> int:
    """A time from now, as claims hold it."""
    return int(datetime.fromtimestamp(now().timestamp() + seconds, UTC).timestamp())


def _forged(header: dict[str, str], signature: bytes) -> str:
    return f"{_part(header)}.{_part(claims())}.{_base64(signature)}"


def _hmac(header: dict[str, str], key: bytes) -> str:
    """Sign with bytes that PyJWT itself would refuse as a secret."""

    text = f"{_part(header)}.{_part(claims())}"
    return f"{text}.{_base64(hmac.digest(key, text.encode(), hashlib.sha256))}"


def _part(value: dict[str, Any]) -> str:
    return _base64(json.dumps(value).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
