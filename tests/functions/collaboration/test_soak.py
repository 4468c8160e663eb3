"""One history of the functions; ``make soak`` plays longer ones, of the servers too, and some without each mend."""

from pathlib import Path

import pytest

from .soak.__main__ import main
from .soak.reverted import CODE, MENDS, ROOT, Mend

pytestmark = pytest.mark.long


def test_no_acknowledged_edit_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--short", "functions"])
    said = capsys.readouterr()
    assert (status, said.out) == (0, "nothing was lost\n"), said.err


@pytest.mark.parametrize("mend", MENDS, ids=lambda mend: mend.name)
def test_a_mend_that_is_taken_back_is_there(mend: Mend) -> None:
    text = Path(ROOT / CODE / mend.file).read_text(encoding="utf-8")
    assert text.count(mend.mended) == 1
    compile(text.replace(mend.mended, mend.before), mend.file, "exec")


def test_each_kind_of_mend_is_taken_back_once() -> None:
    assert {mend.kind for mend in MENDS} == set(range(1, 9))
