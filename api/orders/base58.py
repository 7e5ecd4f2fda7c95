"""Base 58, the alphabet of Solana's addresses and keys. Pure."""

from typing import Final

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS: Final = {letter: digit for digit, letter in enumerate(_ALPHABET)}


def base58_bytes(text: str) -> bytes | None:
    """Read base 58; None if a letter is not of the alphabet.

    NB: costs the square of the length, so a caller bounds that first.
    """
    number = 0
    for letter in text:
        digit = _DIGITS.get(letter)
        if digit is None:
            return None
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
