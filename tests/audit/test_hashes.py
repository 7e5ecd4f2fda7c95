from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.audit.canonical import canonical
from projections.audit.hashes import Tree


def root_by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word by word."""
    match leaves:
        case []:
            return sha256().digest()
        case [leaf]:
            return sha256(b"\0" + leaf).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    halves = root_by_definition(leaves[:split]) + root_by_definition(leaves[split:])
    return sha256(b"\1" + halves).digest()


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_the_root_is_the_one_of_rfc_6962(leaves: list[bytes]) -> None:
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    assert root_by_definition(leaves) == tree.root()


def test_a_node_does_not_pass_for_a_leaf() -> None:
    pair, forged = Tree(), Tree()
    pair.add(b"a")
    pair.add(b"b")
    forged.add(b"".join(sha256(b"\0" + leaf).digest() for leaf in (b"a", b"b")))
    assert pair.root() != forged.root()


def test_equal_values_are_equal_bytes_and_floats_are_refused() -> None:
    assert canonical({"b": [1, None], "a": "é"}) == '{"a":"é","b":[1,null]}'.encode()
    with pytest.raises(ValueError, match="float"):
        canonical({"a": [1.0]})
