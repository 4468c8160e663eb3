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
