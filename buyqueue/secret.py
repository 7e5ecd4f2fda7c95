"""A secret that cannot be printed, compared by accident, serialised or pickled."""

from typing import Never


class Secret:
    """Bytes that leave only through `reveal()` and `borrow()`.

    Redaction is by type: a base58 key looks like a signature, so no filter by shape could work.
    NB: Python may have copied the bytes before they came here, and `wipe` cannot reach those.
    """

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = bytearray(value)

    def reveal(self) -> bytes:
        """Answer the bytes. Call it where they are used, and keep no reference."""
        return bytes(self._value)

    def borrow(self) -> bytearray:
        """Answer the very bytes, not a copy: `wipe` reaches them. Do not keep or change them."""
        return self._value

    def wipe(self) -> None:
        """Overwrite this copy."""
        self._value[:] = bytes(len(self._value))

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> Never:
        raise TypeError("a secret cannot be pickled")

    def __deepcopy__(self, memo: object) -> Never:
        raise TypeError("a secret cannot be copied")
