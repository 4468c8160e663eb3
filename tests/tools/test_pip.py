"""What set-up says: how far pip is, and why it failed."""

import io
from pathlib import Path

import pytest

from tools.locked import Package, packages
from tools.pip import explain
from tools.progress import Progress

LOCK = """\
aiohttp==3.14.5 \\
    --hash=sha256:01 \\
    --hash=sha256:02
    # via moto
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:03
    # via
    #   pytest
pulumi-aws==7.51.1 \\
    --hash=sha256:04
"""


@pytest.fixture
def locked(tmp_path: Path) -> dict[int, Package]:
    lock = tmp_path / "lock.txt"
    lock.write_text(LOCK)
    return packages(lock)


def test_a_lock_is_read_by_its_lines(locked: dict[int, Package]) -> None:
    assert {number: (each.name, each.version) for number, each in locked.items()} == {
        1: ("aiohttp", "3.14.5"),
        5: ("colorama", "0.4.6"),
        9: ("pulumi-aws", "7.51.1"),
    }
    assert locked[1].text == "aiohttp==3.14.5 \\\n    --hash=sha256:01 \\\n    --hash=sha256:02"
    assert locked[5].text == "colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:03"


@pytest.mark.parametrize("terminal", [False, True])
def test_it_tells_how_far_it_is(locked: dict[int, Package], tmp_path: Path, terminal: bool) -> None:
    out, now = io.StringIO(), [0.0]
    out.isatty = lambda: terminal
    (tmp_path / "pip-23.2.dist-info").mkdir()
    progress = Progress(locked, tmp_path, out, lambda: now[0])

    def passes(line: str) -> None:
        now[0] += 3
        progress.read(line)
        progress.look()

    passes("Ignoring colorama: markers \"sys_platform == 'win32'\" don't match your environment\n")
    passes("Collecting aiohttp==3.14.5 (from -r requirements.txt (line 1))\n")
    passes("  Downloading aiohttp-3.14.5-cp312-cp312-manylinux_2_28_x86_64.whl (1.9 MB)\n")
    passes("Processing ./wheels/pulumi_aws-7.51.1-py3-none-any.whl (from -r requirements.txt (line 9))\n")
    passes("Installing collected packages: pulumi-aws, aiohttp\n")
    (tmp_path / "pulumi_aws-7.51.1.dist-info").mkdir()
    passes("")
    progress.close()
    told = ["fetching 1/2 aiohttp 3.14.5", "fetching 2/2 pulumi-aws 7.51.1", "installing 1/2 pulumi_aws 7.51.1"]
    expected = "".join(f"\r\033[K{line}" for line in told) + "\r\033[K" if terminal else "\n".join(told) + "\n"
    assert out.getvalue() == expected


def test_a_log_gets_a_line_every_two_seconds_and_the_last(locked: dict[int, Package], tmp_path: Path) -> None:
    out = io.StringIO()
    progress = Progress(locked, tmp_path, out, lambda: 5.0)
    for number, name in ((1, "aiohttp"), (5, "colorama"), (9, "pulumi-aws")):
        progress.read(f"Requirement already satisfied: {name}==1 in ./x (from -r lock.txt (line {number})) (1)\n")
    assert out.getvalue() == "fetching 1/3 aiohttp 3.14.5\nfetching 3/3 pulumi-aws 7.51.1\n"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "WARNING: Retrying (total=0) after connection broken by 'NewConnectionError('<x>: Failed to establish')'\n"
            "ERROR: Could not find a version that satisfies the requirement pulumi==3.2 (from versions: none)\n"
            "ERROR: No matching distribution found for pulumi==3.2\n",
            "no package registry answers; ",
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement pulumi==3.2 (from versions: 3.1)\n"
            "ERROR: No matching distribution found for pulumi==3.2\n",
            "the registry or mirror does not have pulumi==3.2 for this Python",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n"
            "    pulumi==3.2 from file:///x/pulumi-3.2.whl (from -r lock (line 1)):\n        Expected sha256 0\n",
            "pulumi==3.2 as the registry sends it is not what the lock names",
        ),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n",
            "the disk is full",
        ),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]'))\n", "the registry's certificate"),
        (
            "ERROR: HTTP error 401 while getting\n401 Client Error: Unauthorized for url: x\n",
            "the registry or the proxy wants",
        ),
        ("ERROR: Failed building wheel for gadget\n", "pip failed: Failed building wheel for gadget"),
        ("first 1.0 has requirement second>=2, but you have second 1.0.\n", "pip failed: first 1.0 has requirement"),
        ("", "pip failed: "),
    ],
)
def test_a_failure_is_one_line(said: str, told: str) -> None:
    explained = explain(said)
    assert explained.startswith(told)
    assert "\n" not in explained
