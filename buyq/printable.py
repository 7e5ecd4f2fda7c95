"""Bytes of strangers on a terminal."""


def printable(data: bytes | None) -> str:
    r"""Write bytes as text that moves no cursor, and that tells every byte apart.

    What is neither printable nor UTF-8 is escaped (`\x1b`, `\u202e`), and so is a backslash.
    """
    if data is None:
        return "(none)"
    text = data.decode("utf-8", "surrogateescape")
    return "".join(map(_letter, text))


def _letter(letter: str) -> str:
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8, as Python smuggles it
        return f"\\x{code - 0xDC00:02x}"
    if letter == "\\":
        return "\\\\"
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode()
