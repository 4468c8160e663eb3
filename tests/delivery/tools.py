"""Programs that a script calls, replaced by ones that write down their calls and give recorded answers."""

import os
import shutil
import subprocess
from pathlib import Path

DELIVERY = Path(__file__).resolve().parents[2] / "delivery"
BASH = shutil.which("bash")


def without_program(name: str, log: Path) -> dict[str, str]:
    """The environment in which a script of bash has a function in place of a program, which only writes its calls down:
    hundreds of processes less, where one is called every round."""
    return {f"BASH_FUNC_{name}%%": f'() {{ printf "%s\\n" "{name} $*" >> "{log}"; }}'}


# What jq was asked and fed decides what it answers. Of a file or of nothing it is asked each time, and where it failed
# it is asked again.
_JQ = """() {{
  local word fed kept new
  for word; do [[ $word != --null-input && ! -f $word ]] || {{ command jq "$@"; return; }}; done
  IFS= read -r -d '' fed || true
  kept=$({digest} <<<"${{*@Q}} $fed")
  kept="{folder}/${{kept%% *}}" new="{folder}/$BASHPID"
  if [[ ! -f $kept ]]; then
    printf %s "$fed" | command jq "$@" >"$new" || {{ word=$?; {cat} "$new"; return "$word"; }}
    {mv} "$new" "$kept"
  fi
  IFS= read -r -d '' fed <"$kept" || true
  printf %s "$fed"
}}"""


def jq_once(folder: Path) -> dict[str, str]:
    """The environment in which a script of bash asks jq only what none has asked before: jq 1.6 compiles its library
    at every start, which takes 45 ms, and a script starts it a dozen times. What it has answered lies beside a test's
    own folder, where this process's tests have theirs."""
    answered = folder.parent / "answered-by-jq"
    answered.mkdir(exist_ok=True)
    programs = {name: shutil.which(found) for name, found in (("digest", "sha256sum"), ("cat", "cat"), ("mv", "mv"))}
    return {"BASH_FUNC_jq%%": _JQ.format(folder=answered, **programs)}


class Tools:
    """A folder of stand-ins, in which scripts run; ``answers`` are bodies in bash by program."""

    def __init__(self, folder: Path, **answers: str) -> None:
        self.folder, self.log = folder, folder / "calls"
        self.log.touch()
        for name, body in {"sleep": "", **answers}.items():
            self.tool(folder / "bin" / name, name, body)

    def tool(self, path: Path, name: str, body: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!{BASH}\nprintf "%s\\n" "{name} $*" >> "{self.log}"\n{body}\n')
        path.chmod(0o755)

    def strata(self, body: str) -> None:
        """What stands in for ``.venv/bin/strata``."""
        self.tool(self.folder / ".venv" / "bin" / "strata", "strata", body)

    def run(self, script: str, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        found = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "STACK": "shop",
            **jq_once(self.folder),
            **variables,
        }
        return subprocess.run(
            [DELIVERY / script, *words],
            env=found,
            cwd=self.folder,
            check=False,
            capture_output=True,
            text=True,
            timeout=600,
        )

    def calls(self, start: str = "") -> list[str]:
        return [call for call in self.log.read_text().splitlines() if call.startswith(start)]
