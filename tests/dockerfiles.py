"""Dockerfiles read step by step, and what holds of each: a pinned base, nobody special, nothing that is not there."""

import re
from pathlib import Path

from components.versions import PYTHON_IMAGE

RDS_AUTHORITIES = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
_STEP = re.compile(r"^(?P<word>[A-Z]+) (?P<rest>.*)$")
Steps = list[tuple[str, str]]


def steps(file: Path) -> Steps:
    """Instruction and arguments of each step; a line that is neither comment nor step has no place in the file."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    found = [_STEP.fullmatch(line) for line in lines]
    assert None not in found
    return [(step["word"], step["rest"]) for step in found if step]


def copies_what_is_there(found: Steps, context: Path) -> None:
    """Fails for a stage that nobody made, and for a file that is not in the context."""
    stages: set[str] = set()
    for word, rest in found:
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            assert base == "${PYTHON}" or base in stages
            stages.add(name)
        if word == "COPY":
            *flags, source, _ = rest.split()
            if flags:
                assert flags[0].removeprefix("--from=") in stages
            else:
                assert (context / source).exists(), source


def is_plain_and_pinned(found: Steps, user: str) -> None:
    """Of a pinned Python, as a user without rights, told to stop by SIGTERM, with its last words as exec; the kubelet
    asks for its health, so that the image says nothing of it."""
    by_word = dict(found)
    assert ("ARG", f"PYTHON={PYTHON_IMAGE.repository}:{PYTHON_IMAGE.tagged}") in found
    assert by_word["USER"] == user
    assert by_word["STOPSIGNAL"] == "SIGTERM"
    assert {rest[:1] for word, rest in found if word == "CMD"} == {"["}
    assert [rest.split()[-2] for word, rest in found if word == "ADD"] == [RDS_AUTHORITIES]
    assert ("ENV", "PGSSLROOTCERT=/certificates/rds.pem") in found
    assert not {"MAINTAINER", "VOLUME", "HEALTHCHECK", "ENTRYPOINT"} & by_word.keys()
    runs = [rest for word, rest in found if word == "RUN" and rest.startswith("pip")]
    assert runs
    assert all("--no-cache-dir" in run and "--require-hashes" in run for run in runs)
