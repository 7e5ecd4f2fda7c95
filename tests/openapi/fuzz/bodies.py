"""Bodies of the start route: from an order with a slip to plain garbage."""

import json

from hypothesis import strategies as st
from solders.keypair import Keypair

from tests.controls import start_requests as requests
from tests.controls.events import MINT
from tests.openapi.fuzz.numbers import LITERALS, NUMBERS

KEYPAIR = requests.WALLET_KEYPAIR
OTHER_KEY = Keypair.from_seed(b"z" * 32)
FIELDS = (
    "userId", "tokenAddress", "buyAmount", "walletPrivateKey", "slippage", "priorityFee",
    "maxPriorityFee", "allowCoSigner", "platform", "userChatId", "socketUserId",
    "sealedWalletKey", "signerId",
)  # fmt: skip
NAMES = (*FIELDS, "slipage", "UserId", "userId ", "__proto__", "", "$ref", requests.WALLET_KEY)
BYTES = [str(byte) for byte in bytes(KEYPAIR)]
KEY_HALVES = list(bytes(KEYPAIR)[:32]) + list(bytes(OTHER_KEY)[32:])
PLAUSIBLE = (
    MINT, requests.UNKNOWN_MINT, requests.TOKEN_2022_MINT, requests.EXTENDED_MINT,
    requests.RAW_MINT, requests.TOKEN_ACCOUNT, requests.OTHER_ACCOUNT, requests.WALLET_KEY,
    "So11111111111111111111111111111111111111112", "1" * 32, "1" * 64, "auto", "jupiter", "raydium",
    "AUTO", str(list(bytes(KEYPAIR))), str(list(bytes(KEYPAIR))[:63]), str(KEY_HALVES),
    "[" * 300, "user\u0000", "\ud800", " user", "user\u2028", "x" * 128, "x" * 129, "\U0001f600",
    "null", "0.1", "\u202euser", "e\u0301", "'; DROP TABLE submissions; --", "../../etc",
)  # fmt: skip


STRINGS = st.one_of(
    st.sampled_from(PLAUSIBLE).map(json.dumps),
    st.text(max_size=200).map(json.dumps),
    st.text(st.characters(codec="utf-8"), max_size=60).map(
        lambda text: json.dumps(text, ensure_ascii=False)
    ),
)
"""Text as JSON; every letter there is, half surrogate pairs too, escaped or not."""

DEEP = st.builds(
    lambda depth, opening, closed: (
        opening[0] * depth + "1" + (opening[1] * depth if closed else "")
    ),
    st.integers(1, 12) | st.sampled_from([100, 1_000, 20_000]),
    st.sampled_from([("[", "]"), ('{"a":', "}")]),
    st.booleans(),
)
"""Nested from a few levels to very many, closed or not."""

BYTE_ARRAYS = st.builds(
    lambda place, number: "[" + ",".join([*BYTES[:place], number, *BYTES[place + 1 :]]) + "]",
    st.integers(0, 64),
    LITERALS,
)
"""Arrays that look like a key, one number changed or added."""

_LEAVES = st.one_of(
    LITERALS,
    STRINGS,
    st.sampled_from(["null", "true", "false", "None", "undefined", ""]),
    st.sampled_from([list(bytes(KEYPAIR)), list(bytes(KEYPAIR))[:63], KEY_HALVES]).map(json.dumps),
)
_NAMES = st.sampled_from(NAMES).map(json.dumps) | STRINGS


def _containers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.lists(st.tuples(_NAMES, inner).map(": ".join), max_size=4)
    return st.one_of(
        st.lists(inner, max_size=4).map(lambda found: f"[{', '.join(found)}]"),
        pairs.map(lambda found: "{" + ", ".join(found) + "}"),
    )


VALUES = st.one_of(
    _LEAVES, _LEAVES, st.recursive(_LEAVES, _containers, max_leaves=6), DEEP, BYTE_ARRAYS
)
"""Any JSON value as text, a little of it broken."""


SEALED = st.builds(
    lambda *parts: "{" + ", ".join(parts) + "}",
    st.builds('"keyId": {}'.format, st.just('"0123456789abcdef"') | STRINGS),
    st.builds('"ciphertext": {}'.format, st.just(json.dumps("A" * 150 + "==")) | STRINGS),
    st.builds('"wallet": {}'.format, st.just(json.dumps(str(KEYPAIR.pubkey()))) | STRINGS),
    st.builds('"reference": {}'.format, st.just('"reference-1"') | STRINGS),
)
_NUMERIC = ("buyAmount", "slippage", "priorityFee", "maxPriorityFee", "userChatId")


def likely(name: str) -> st.SearchStrategy[str]:
    """Values that may well be right for a field."""
    if name in _NUMERIC:
        return NUMBERS | st.just('"auto"') if name == "priorityFee" else NUMBERS
    if name == "sealedWalletKey":
        return SEALED
    return st.uuids().map(lambda found: f'"{found}"') if name == "signerId" else STRINGS


_ANY_NAME = st.sampled_from((*FIELDS, *NAMES))
_LIKELY = {name: st.one_of(likely(name), likely(name), VALUES) for name in NAMES}


@st.composite
def orders(draw: st.DrawFn) -> str:
    """An order with up to three slips: a value, a field too few, too many, or twice."""
    fields = [(name, json.dumps(value)) for name, value in requests.example().items()]
    for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2, 3]))):
        place = draw(st.integers(0, len(fields))) if fields else 0
        match draw(st.sampled_from(["change", "change", "change", "add", "drop", "twice"])):
            case "change" if place < len(fields):
                name = fields[place][0]
                fields[place] = (name, draw(_LIKELY[name]))
            case "drop" if place < len(fields):
                del fields[place]
            case "twice" if place < len(fields):
                fields.append((fields[place][0], draw(VALUES)))
            case _:
                name = draw(_ANY_NAME)
                fields.insert(place, (name, draw(_LIKELY[name])))
    written = (f"{json.dumps(name)}: {value}" for name, value in fields)
    return "{" + ", ".join(written) + "}"


_ORDERS = orders().map(lambda found: found.encode("utf-8", "surrogatepass"))
_TEXTS = _ORDERS | VALUES.map(lambda found: found.encode("utf-8", "surrogatepass"))


def _spoilt(body: bytes, at: int, more: bytes, rest: bool) -> bytes:  # noqa: FBT001
    place = at % (len(body) + 1)
    return body[:place] + more + (body[place:] if rest else b"")


BODIES = st.one_of(
    _ORDERS,
    _ORDERS,
    _ORDERS,
    _TEXTS,
    st.builds(_spoilt, _TEXTS, st.integers(0, 400), st.binary(max_size=3), st.booleans()),
    st.binary(max_size=200),
    st.sampled_from([b" " * 65_536 + b"{}", b"{" + b" " * 65_534 + b"}", b"\x00" * 70_000]),
)
"""What may be sent."""
