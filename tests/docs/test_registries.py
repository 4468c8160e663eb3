"""No registry's address is committed: pip's own settings say where packages come from."""

import re

import pytest

from tests.docs.tracked import tracked

HOSTS = ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("crates", "io")
"""In two parts, so that they do not stand here either."""
ADDRESS = re.compile("|".join(rf"\b{name}\.{top}\b" for name, top in HOSTS))


def test_no_file_has_the_address_of_a_registry() -> None:
    found = [
        f"{file}:{number}"
        for file, text in tracked().items()
        for number, line in enumerate(text.splitlines(), 1)
        if ADDRESS.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("host", HOSTS)
def test_an_address_is_seen_wherever_it_stands(host: tuple[str, str]) -> None:
    address = ".".join(host)
    assert ADDRESS.search(f"[it](https://{address}/project/it)")
    assert ADDRESS.search(f"--index-url=https://files.{address}/simple")
    assert not ADDRESS.search(f"my{address}")
