"""Numbers as JSON writes them, and as it does not."""

import json

from hypothesis import strategies as st

ODD = (
    "0", "-0", "-0.0", "1e400", "-1e400", "1e-400", "1E+9", "1e-9", "1e-10", "0.1000000000",
    "0.0000000001", "0.123456789", "0.1234567891", "1000", "1000.000000001", "18446744073709551615",
    "18446744073.709551615", "18446744073.709551616", "9007199254740993", "1e999999999999999999",
    "0e999999999", "100", "100.00", "100.001", "0.001", "0.01", "99.995", "1e1", "9" * 64, "9" * 65,
    "0." + "0" * 61 + "1", "0." + "0" * 70 + "1", "1" + "0" * 5_000,
)  # fmt: skip
BROKEN = (
    "NaN", "Infinity", "-Infinity", "nan", "01", "1.", ".5", "+1", "0x10", "1_000", "1e", "--1",
    "1,5", "\u0661", "1n", "-", "0b1", "1e5.5",
)  # fmt: skip


_DIGITS = st.text("0123456789", min_size=1, max_size=70)
_WHOLE = st.just("0") | _DIGITS.map(lambda text: "1" + text)
_FRACTION = st.just("") | _DIGITS.map(lambda text: "." + text)
_POWER = st.just("") | st.builds(
    "{}{}".format, st.sampled_from(["e", "E", "e+", "e-"]), st.integers(0, 10**9)
)
GRAMMAR = st.builds("{}{}{}{}".format, st.sampled_from(["", "", "-"]), _WHOLE, _FRACTION, _POWER)
"""Any number that JSON's grammar makes, of up to some 150 digits."""

NUMBERS = st.one_of(
    st.sampled_from(ODD),
    GRAMMAR,
    st.floats(allow_nan=False, allow_infinity=False).map(json.dumps),
    st.integers().map(str),
    st.decimals(0, 1_000, places=9).map(str),
)
"""The text of a number."""

LITERALS = NUMBERS | st.sampled_from(BROKEN)
"""The text of a number; some are none."""
