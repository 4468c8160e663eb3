"""Stack files as people break them: each is taken, or refused in lines of file, key and what is wrong.

``make soak`` breaks 20,000 (STRATA_BROKEN_FILES), always the same ones, and gives each a second of processor time.
"""

import copy
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import systems
from settings import SettingsError, stackfile
from settings.stack import parse
from tests.stacks import ROOT, STACKS

FILES = int(os.environ.get("STRATA_BROKEN_FILES", "500"))
_TIMED = FILES > 500
NUMBERS = (0, -1, 2**63, 2**64, 1e308, 0.1)
TEXTS = ("", " ", "x" * 5000, "é", "\u202e", "a\nb", "true", "1", "${x}", "[]", "*", "../..")
TREES: tuple[Any, ...] = (
    [],
    {},
    [[]],
    [None],
    [1, "a"],
    {"a": None},
    {"": ""},
    {"secure": "A"},
    {"a": {"a": {"a": {}}}},
)
ODD = (None, True, *NUMBERS, *TEXTS, *TREES)
PIECES = (
    b"",
    b"\x00",
    b"\xff",
    b"\t",
    b"\n",
    b"  ",
    b":",
    b"- ",
    b"{",
    b"[",
    b"&a ",
    b"*a",
    b"!!int ",
    b"<<: ",
    b"---\n",
    b"'",
    b'"',
    b"#",
    b"|",
    b"? ",
)


@pytest.mark.parametrize("stack", STACKS)
def test_broken_files_are_refused_with_file_and_key(stack: str, tmp_path: Path) -> None:
    whole = (ROOT / f"Pulumi.{stack}.yaml").read_bytes()
    document = yaml.load(whole, Loader=yaml.CSafeLoader)
    chance = random.Random(f"{stack} broken")
    parse(stack, stackfile.read(ROOT, stack).config, systems.SETTINGS)  # imports its system
    taken = 0
    for number in range(-(-FILES // len(STACKS))):
        broken = _bytes(whole, chance) if number % 3 == 0 else _values(document, chance)
        (tmp_path / "Pulumi.shop.yaml").write_bytes(broken)
        begun = time.process_time()
        lines = _refusal(tmp_path)
        taken += not lines
        assert not _TIMED or time.process_time() - begun < 1
        assert [line for line in lines if not line.startswith("Pulumi.shop.yaml: ")] == []
        assert [line for line in lines if len(line) > 1000] == []
    assert taken < FILES / len(STACKS) / 2


def _refusal(folder: Path) -> list[str]:
    try:
        file = stackfile.read(folder, "shop")
        parse("shop", file.config, systems.SETTINGS)
    except SettingsError as error:
        return str(error).splitlines()
    return []


def _bytes(whole: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(whole))
        end = min(len(whole), start + chance.choice((0, 0, 1, 5, 40)))
        again = whole[start:end] * chance.choice((0, 0, 2))
        whole = whole[:start] + chance.choice(PIECES) + again + whole[end:]
    return whole


def _values(document: Any, chance: random.Random) -> bytes:
    document = copy.deepcopy(document)
    for _ in range(chance.randint(1, 2)):
        holder: Any = chance.choice(list(_holders(document)) or [{"config": document}])
        key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        how = chance.randrange(4)
        if how == 0:
            del holder[key]
        elif how == 1 and isinstance(holder, dict):
            holder[chance.choice(("a", "", "é", f"{key}s", "x" * 300, "a:b:c"))] = holder.pop(key)
        else:
            holder[key] = copy.deepcopy(chance.choice(ODD))
    return yaml.dump(document, Dumper=yaml.CSafeDumper, allow_unicode=True).encode()


def _holders(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        if value:
            yield value
        for below in value.values() if isinstance(value, dict) else value:
            yield from _holders(below)
