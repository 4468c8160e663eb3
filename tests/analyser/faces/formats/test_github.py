"""The step summary: a table whose cells stay in their columns."""

import re

from analyser.faces.formats.github import github
from tests.analyser.faces.formats.reports import report


def test_a_row_a_stack_and_a_table_of_what_is_wrong() -> None:
    lines = github([report("prod"), report("dev")]).splitlines()
    assert lines[0] == "## strata preview"
    [prod] = [line for line in lines if line.startswith("| `prod`")]
    cells = [cell.strip() for cell in prod.strip("|").split("|")]
    assert cells[:7] == ["`prod`", "records", "eu-west-1", "2", "1", "1", "0"]
    assert re.fullmatch(r"\d+ \(\d+ to \d+\)", cells[7])
    assert cells[8:] == ["4 s, at worst 40 s", "❌ would be stopped"]
    assert len(cells) == len(lines[2].strip("|").split("|"))
    assert "### prod" in lines
    [finding] = [line for line in lines[: lines.index("### dev")] if line.startswith("| mandatory")]
    assert "[topic-encrypted](https://docs.aws.amazon.com/" in finding
    assert "`topic` | is not encrypted | Set kmsMasterKeyId." in finding


def test_what_is_exempt_is_only_counted() -> None:
    text = github([report(exempt=True)])
    assert "| 2 | 0 | 1 | 1 |" in text
    assert "| ✅ passes |" in text
    assert "topic-encrypted" not in text
