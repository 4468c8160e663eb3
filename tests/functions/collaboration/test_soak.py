"""One history of the functions; ``make soak`` plays longer ones, of the servers too, and some without each mend."""

import subprocess
import sys
from pathlib import Path

import pytest

from .soak.reverted import CODE, MENDS, ROOT, Mend

pytestmark = pytest.mark.long


def test_no_acknowledged_edit_is_lost() -> None:
    command = [sys.executable, "-m", "tests.functions.collaboration.soak", "--short", "functions"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "nothing was lost\n"), done.stderr


@pytest.mark.parametrize("mend", MENDS, ids=lambda mend: mend.name)
def test_a_mend_that_is_taken_back_is_there(mend: Mend) -> None:
    text = Path(ROOT / CODE / mend.file).read_text(encoding="utf-8")
    assert text.count(mend.mended) == 1
    compile(text.replace(mend.mended, mend.before), mend.file, "exec")


def test_each_kind_of_mend_is_taken_back_once() -> None:
    assert {mend.kind for mend in MENDS} == set(range(1, 9))
