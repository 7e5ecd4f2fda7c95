"""Which fields an order has, and reading the plain ones. Pure."""

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from api.web.strict_json import shown
from buyqueue.errors import Code, InvalidInput
from buyqueue.platforms import AUTO, PLATFORMS

REQUIRED: Final = ("userId", "tokenAddress", "buyAmount")
WALLET_WAYS: Final = ("walletPrivateKey", "sealedWalletKey", "signerId", "custody")
"""How the wallet that pays may be named: exactly one of them."""
OPTIONAL: Final = (
    *("slippage", "priorityFee", "maxPriorityFee", "platform", "allowCoSigner"),
    "wallet",
)
IGNORED: Final = ("userChatId", "socketUserId")
"""Optional extras of the original's job type: checked for their type, and without effect."""

MAX_USER_ID: Final = 128
_UNWANTED: Final = ("Cc", "Cs", "Zl", "Zp")


def check_names(body: Mapping[str, Any]) -> None:
    """Return if every required field is there and no unknown one; raises InvalidInput."""
    for name in REQUIRED:
        if body.get(name) is None:
            raise InvalidInput(
                Code.INVALID_REQUEST, f"The field {name} is missing; it is required", field=name
            )
    known = {*REQUIRED, *WALLET_WAYS, *OPTIONAL, *IGNORED}
    for name in body:
        if name not in known:
            raise InvalidInput(
                Code.INVALID_REQUEST,
                f"Unknown field: {shown(name)}. Known are {', '.join(sorted(known))}",
                field=shown(name),
            )
    _check_wallet_way(body)


def _check_wallet_way(body: Mapping[str, Any]) -> None:
    ways = [name for name in WALLET_WAYS if body.get(name) is not None]
    if not ways:
        raise InvalidInput(
            Code.INVALID_REQUEST,
            f"Name the wallet that pays: send one of {', '.join(WALLET_WAYS)}",
            field=WALLET_WAYS[0],
        )
    if len(ways) > 1:
        raise InvalidInput(
            Code.INVALID_REQUEST,
            f"The wallet is named in more than one way: send only one of {' and '.join(ways)}",
            field=ways[1],
        )


def check_ignored(body: Mapping[str, Any]) -> None:
    """Return if the extras have the types that the original gives them; raises InvalidInput."""
    chat, socket = body.get("userChatId"), body.get("socketUserId")
    if chat is not None and not (isinstance(chat, Decimal) and chat.is_finite()):
        raise InvalidInput(Code.INVALID_REQUEST, "userChatId must be a number", field="userChatId")
    if socket is not None and not isinstance(socket, str):
        raise InvalidInput(
            Code.INVALID_REQUEST, "socketUserId must be a string", field="socketUserId"
        )


def user_id(value: Any) -> str:
    """Read a user's id: 1 to 128 characters, without control characters or outer spaces."""
    if not isinstance(value, str):
        raise _invalid_user_id("must be a string")
    if not 1 <= len(value) <= MAX_USER_ID:
        raise _invalid_user_id(f"must have 1 to {MAX_USER_ID} characters")
    if value != value.strip():
        raise _invalid_user_id("must not begin or end with a space")
    if any(unicodedata.category(letter) in _UNWANTED for letter in value):
        raise _invalid_user_id("must not hold control characters or half a surrogate pair")
    return value


def platform(value: Any, allowed: tuple[str, ...] = PLATFORMS) -> str:
    """Read a platform's name; raises InvalidInput(INVALID_PLATFORM) listing the allowed ones."""
    if value is None:
        return AUTO
    if value not in allowed:
        names = ", ".join(allowed)
        raise InvalidInput(
            Code.INVALID_PLATFORM, f"platform must be one of: {names}", field="platform"
        )
    return str(value)


def co_signer(value: Any) -> bool:
    """Read `allowCoSigner`; raises InvalidInput for anything but true and false."""
    if value is not None and not isinstance(value, bool):
        raise InvalidInput(
            Code.INVALID_REQUEST, "allowCoSigner must be true or false", field="allowCoSigner"
        )
    return bool(value)


def _invalid_user_id(text: str) -> InvalidInput:
    return InvalidInput(Code.INVALID_USER_ID, f"userId {text}", field="userId")
