"""Where a step is done, how its tools come there, and that what is waited for is what is named."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from tests.delivery.tools import DELIVERY, Tools

RUNNER = {"project": "shop-deploy", "planner": "shop-plan", "bucket": "shop-bundles", "region": "eu-west-1"}
AWS = r"""case "$1 $2" in
  "s3api put-object") [[ -s $8 ]] && cp "$8" sent.zip && echo v-7 ;;
  "s3 cp") printf '## shop\n\n2 replaced\n' > "$4" ;;
  "codebuild start-build") echo shop-deploy:b-1 ;;
  "codebuild batch-get-builds") echo SUCCEEDED ;;
esac"""
ZIP = '[[ $1 == --quiet ]] && echo zipped > "$3"'
STARTED = "aws codebuild start-build --project-name shop-"


def tools(folder: Path, **outputs: object) -> Tools:
    return Tools(folder, aws=AWS, zip=ZIP, pulumi=f"echo {json.dumps(json.dumps(outputs))}")


@pytest.mark.parametrize("step", ["plan", "infrastructure", "application", "drift"])
def test_what_needs_the_kubernetes_api_is_done_by_the_runner_of_the_stack(tmp_path: Path, step: str) -> None:
    made = tools(tmp_path, deploymentRunner=RUNNER)
    pipeline = {"CODEBUILD_BUILD_ID": "delivery-staging:b-9", "PULUMI_BACKEND_URL": "s3://state", "COMMIT": "c1"}
    ended = made.run("step.sh", step, **pipeline)
    assert ended.returncode == 0, ended.stderr
    (start,) = made.calls(STARTED + ("plan" if step in ("plan", "drift") else "deploy"))
    told = (
        f"name=STEP,value={step} name=PULUMI_BACKEND_URL,value=s3://state name=COMMIT,value=c1 name=REVISION,value=c1"
    )
    assert told in start
    assert not [call for call in made.calls("pulumi") if "stack output" not in call]


@pytest.mark.parametrize("step", ["nope", "common", "step", "../delivery/drift", "drift;id", "$(id)", "--help"])
def test_a_step_that_is_none_is_one_line_and_starts_nothing(tmp_path: Path, step: str) -> None:
    """The deploying runner would be started for it, and told it as it is."""
    made = tools(tmp_path, deploymentRunner=RUNNER)
    ended = made.run("step.sh", step, PULUMI_BACKEND_URL="s3://state")
    assert (ended.returncode, ended.stderr) == (1, f"there is no step {step}\n")
    ended = made.run("in-vpc.sh", step, PULUMI_BACKEND_URL="s3://state")
    assert (ended.returncode, ended.stderr) == (1, f"there is no step {step} for a runner\n")
    assert not made.calls()


def test_a_build_of_a_pipeline_sends_its_source_without_what_it_made(tmp_path: Path) -> None:
    made = tools(tmp_path, deploymentRunner=RUNNER)
    made.run("step.sh", "infrastructure", CODEBUILD_BUILD_ID="delivery-staging:b-9", PULUMI_BACKEND_URL="s3://state")
    (packed,) = made.calls("zip")
    assert packed.endswith(". --exclude .venv/* build/* dist/* kept/*"), "what a drill keeps holds secrets"
    assert (tmp_path / "sent.zip").read_text() == "zipped\n"


@pytest.mark.parametrize("own", ["shop-deploy", "shop-plan"])
def test_the_runner_does_it_itself(tmp_path: Path, own: str) -> None:
    made = tools(tmp_path, deploymentRunner=RUNNER)
    assert made.run("step.sh", "drift", CODEBUILD_BUILD_ID=f"{own}:b-1").returncode == 0
    assert not made.calls("aws codebuild")
    assert len(made.calls("pulumi preview --stack shop --refresh")) == 1


def test_a_stack_without_a_runner_is_deployed_from_here(tmp_path: Path) -> None:
    made = tools(tmp_path, url="https://example.com")
    assert made.run("step.sh", "drift").returncode == 0
    assert not made.calls("aws")


def test_a_stack_is_asked_about_in_its_own_region(tmp_path: Path) -> None:
    made = Tools(tmp_path, pulumi="""echo '{"service": {"cluster": "c", "name": "n", "taskDefinition": "t"}}'""",
                 aws='echo "$AWS_REGION" > region; exit 1')  # fmt: skip
    (tmp_path / "Pulumi.shop.yaml").write_text("config:\n  aws:region: us-west-2\n")
    assert made.run("application.sh", AWS_REGION="us-east-1").returncode != 0
    assert (tmp_path / "region").read_text() == "us-west-2\n"


def test_a_session_is_held_open_until_somebody_lets_go(tmp_path: Path) -> None:
    held = 'bash --login -c "pwd; echo $AWS_PROFILE; type -p helm" > session'
    made = tools(tmp_path, clusterName="shop-cluster")
    made.tool(tmp_path / "bin" / "codebuild-breakpoint", "codebuild-breakpoint", f"env -i HOME=$HOME {held}")
    made.tool(tmp_path / "bin" / "kubectl", "kubectl", """echo '{"clientVersion": {"minor": "36"}}'""")
    made.tool(tmp_path / "bin" / "aws", "aws", "echo 1.36")
    made.tool(tmp_path / "bin" / "helm", "helm", "")
    assert made.run("shell.sh", AWS_PROFILE="deploy").returncode == 0
    assert made.calls("aws eks update-kubeconfig") == ["aws eks update-kubeconfig --name shop-cluster"]
    assert (tmp_path / "session").read_text().split() == [str(tmp_path), "deploy", f"{tmp_path}/bin/helm"]


def test_a_session_of_a_stack_without_a_cluster_fetches_nothing(tmp_path: Path) -> None:
    made = tools(tmp_path, clusterName=None)
    assert made.run("kubernetes.sh").returncode == 0
    assert not made.calls("aws")


def test_a_session_opens_where_the_cluster_does_not_answer(tmp_path: Path) -> None:
    made = Tools(tmp_path, pulumi="exit 255", **{"codebuild-breakpoint": ""})
    ended = made.run("shell.sh")
    assert (ended.returncode, made.calls("codebuild")) == (0, ["codebuild-breakpoint "])
    assert "there is no kubectl or no helm in here" in ended.stderr
    assert not made.calls("kubectl")


def waited(folder: Path, seconds: int, succeeds_at: int) -> tuple[int, int, str]:
    """Exit status, how often was slept, and what was said, of waiting for what comes true at the given look."""
    made = Tools(folder)
    text = f'. {DELIVERY}/common.sh; n=0; ready() {{ ((++n >= {succeeds_at})); }}; within {seconds} "the thing" ready'
    found = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "HOME": str(folder), "STACK": "shop"}
    ended = subprocess.run(["bash", "-c", text], env=found, check=False, capture_output=True, text=True)
    return ended.returncode, len(made.calls("sleep 15")), ended.stderr


@pytest.mark.parametrize(
    ("seconds", "at", "expected"),
    [
        (60, 1, (0, 0, "")),
        (60, 5, (0, 4, "")),
        (60, 6, (1, 5, "the thing: not done after 60 seconds\n")),
    ],
)
def test_a_wait_ends_when_it_is_so_and_fails_when_it_is_not(
    tmp_path: Path, seconds: int, at: int, expected: tuple[int, int, str]
) -> None:
    assert waited(tmp_path, seconds, at) == expected


def test_no_script_waits_by_a_waiter_that_gives_up_early() -> None:
    """Those of the AWS CLI end after 10 minutes for ECS and 30 for CodeDeploy, whatever they are told."""
    for script in DELIVERY.glob("*.sh"):
        assert not [
            line for line in script.read_text().splitlines() if " wait " in line and "aws " in line.split("#")[0]
        ]


LOCK = "pulumi==3.272.0 \\\n    --hash=sha256:00\n"
CURL = """target=""; url=""
while (($#)); do case $1 in --output) target=$2; shift ;; http*) url=$1 ;; esac; shift; done
case $url in *checksums.txt | *.sha256sum) cp checksums "$target" ;; *) cp archive.tar.gz "$target" ;; esac"""


def installing(folder: Path, *, forged: bool) -> tuple[Tools, subprocess.CompletedProcess[str]]:
    made = Tools(folder, make="", curl=CURL, uname="echo x86_64")
    (folder / "requirements.txt").write_text(LOCK)
    (folder / "pulumi").mkdir()
    (folder / "pulumi" / "pulumi").write_text("the CLI")
    subprocess.run(["tar", "czf", "archive.tar.gz", "pulumi"], cwd=folder, check=True)
    digest = hashlib.sha256(b"other" if forged else (folder / "archive.tar.gz").read_bytes()).hexdigest()
    (folder / "checksums").write_text(f"{digest}  pulumi-v3.272.0-linux-x64.tar.gz\n")
    return made, made.run("install.sh")


def test_the_cli_comes_in_the_locked_version(tmp_path: Path) -> None:
    made, ended = installing(tmp_path, forged=False)
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / ".local" / "bin" / "pulumi").read_text() == "the CLI"
    assert made.calls("make") == ["make setup"]
    assert all("/download/v3.272.0/" in call for call in made.calls("curl"))


def test_a_cli_that_is_not_the_released_one_is_not_installed(tmp_path: Path) -> None:
    _, ended = installing(tmp_path, forged=True)
    assert ended.returncode != 0
    assert not (tmp_path / ".local").exists()


@pytest.mark.parametrize("forged", [False, True])
@pytest.mark.parametrize(
    ("install", "archive", "packed"),
    [  # the layouts of https://github.com/cli/cli/releases and https://get.helm.sh
        ("gh", "gh_2.102.0_linux_arm64", "gh_2.102.0_linux_arm64/bin/gh"),
        ("helm", "helm-v3.21.4-linux-arm64", "linux-arm64/helm"),
    ],
)
def test_a_cli_comes_where_there_is_none_as_it_was_released(
    tmp_path: Path, install: str, archive: str, packed: str, forged: bool
) -> None:
    made = Tools(tmp_path, curl=CURL, uname="echo aarch64")
    (tmp_path / packed).parent.mkdir(parents=True)
    (tmp_path / packed).write_text("the CLI")
    subprocess.run(["tar", "czf", "archive.tar.gz", packed], cwd=tmp_path, check=True)
    digest = hashlib.sha256(b"other" if forged else (tmp_path / "archive.tar.gz").read_bytes()).hexdigest()
    (tmp_path / "checksums").write_text(f"{digest}  {archive}.tar.gz\n")
    ended = subprocess.run(
        ["bash", "-c", f". {DELIVERY}/common.sh; install_{install}"], cwd=tmp_path, check=False, capture_output=True,
        env={"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "HOME": str(tmp_path), "STACK": "shop"},
    )  # fmt: skip
    assert (ended.returncode != 0) == forged
    assert (tmp_path / ".local" / "bin" / install).exists() == (not forged)
    assert all(archive in call or "/download/v2.102.0/" in call for call in made.calls("curl"))


def test_images_are_resolved_for_both_platforms_and_built_where_docker_answers(tmp_path: Path) -> None:
    made = Tools(tmp_path, docker="", python="")
    assert made.run("image.sh", PYTHON="python").returncode == 0
    assert len(made.calls("python -m pip install --dry-run")) == 4
    assert len(made.calls("docker build ")) == 3
    none = Tools(tmp_path, docker="exit 1", python="")
    assert none.run("image.sh", PYTHON="python").stdout.endswith("not built: no daemon of docker answers\n")


def test_every_script_is_run_by_a_test() -> None:
    told = "".join(path.read_text() for path in Path(__file__).parent.glob("*.py"))
    scripts = [path for path in sorted(DELIVERY.glob("*.sh")) if path.name != "common.sh"]
    assert [path.name for path in scripts if path.name not in told and f'"{path.stem}"' not in told] == []
