"""The TypeScript types are those of the models that the routes answer with."""

from tests.contract.write_types import FOLDER, written


def test_the_types_are_the_ones_on_record() -> None:
    """After a change of a public shape: `just types`."""
    stored = {file.name: file.read_text() for file in FOLDER.glob("*.ts")}
    assert written() == stored


def test_the_public_shapes_are_among_them() -> None:
    texts = written()
    assert "export interface ExternalBuyProgress {" in texts["buys.ts"]
    assert "  outcomeUnknown: boolean;" in texts["buys.ts"]
    assert "  slippage?: number | null;" in texts["buys.ts"]
    assert "'too_late'" in texts["codes.ts"]
