"""The private keys that a worker holds."""

from collections.abc import Sequence

from buyqueue.sealing import Opener, Purpose, Sealed, Sealer, key_unavailable
from buyqueue.secret import Secret


class KeyRing:
    """The vault's private keys, newest first; the key id beside a ciphertext picks the key.

    Nothing new is sealed to an older key. It is kept until `buyq vault rotate` has moved what was.
    """

    def __init__(self, openers: Sequence[Opener]) -> None:
        self.newest = Sealer(openers[0].public_key)
        self._openers = {opener.key_id: opener for opener in openers}

    @classmethod
    def from_text(cls, text: str) -> "KeyRing":
        """Read one key per line, in base64; empty lines and `#` lines are skipped.

        Raises ValueError for a line that is not 32 bytes in base64, naming its number only, and
        if there is no key at all.
        """
        openers: list[Opener] = []
        bad: int | None = None
        for number, line in enumerate(text.splitlines(), start=1):
            key = line.strip()
            if key and not key.startswith("#"):
                try:
                    openers.append(Opener.from_text(key))
                except ValueError:
                    bad = number
        # NB: outside the `except`: what was raised there may hold a part of the key.
        if bad is not None:
            raise ValueError(f"line {bad} of the vault's private keys is not 32 bytes in base64")
        if not openers:
            raise ValueError("there is no key among the vault's private keys")
        return cls(openers)

    def __contains__(self, key_id: str) -> bool:
        return key_id in self._openers

    def open(self, sealed: Sealed, purpose: Purpose) -> Secret:
        """Open a wallet key; raises Refused(KEY_UNAVAILABLE), also for a key that is not here."""
        opener = self._openers.get(sealed.key_id)
        if opener is None:
            raise key_unavailable()
        return opener.open_for(purpose, sealed)
