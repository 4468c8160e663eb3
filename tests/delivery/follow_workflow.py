"""Each link from a push to a deployed stack of the workflow, read from its files: which stacks, as whom, what, when."""

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from analyser.analyses.delivery import PLACES
from components.operations.build_project import DEPLOY_MINUTES
from components.operations.pipeline_stages import STEPS

FOLDER = ".github/workflows/"
_RIGHTS = {"attestations": "write", "contents": "read", "id-token": "write"}
_SIGNED_IN = {"WORKFLOW_ROLE_ARN": "${{ vars.WORKFLOW_ROLE_ARN }}", "AWS_PROFILE": "deploy"}
_BUILD = "${{{{ steps.{}.outputs.{} }}}}"
_MATRIX = "${{{{ fromJSON(needs.{}.outputs.{}) }}}}"
Links = Iterator[tuple[str, bool, str]]


def broken(files: Mapping[str, str]) -> list[str]:
    """The links that do not hold, as the kind of each and what is wrong; ``files`` by path from the project's root."""
    jobs = {
        path.removeprefix(FOLDER).removesuffix(".yml"): _parsed(text)["jobs"]
        for path, text in files.items()
        if path.startswith(FOLDER)
    }
    every = (_started(files), _chosen(jobs["deploy"]), _line(jobs), _stack(jobs["stack"]), _built(jobs["stack"], files))
    looked = (_looking(jobs), _frontend(jobs["deploy"]["deploy-frontend"]))
    return [f"{kind}: {said}" for links in (*every, *looked) for kind, wrong, said in links if wrong]


@functools.cache
def _parsed(text: str) -> dict[Any, Any]:
    return yaml.load(text, yaml.CSafeLoader)


def _started(files: Mapping[str, str]) -> Links:
    push = _parsed(files[f"{FOLDER}deploy.yml"])[True]["push"]  # YAML 1.1 reads the key on as true
    yield "start", push != {"branches": ["main"]}, f"not every push to main is looked at: {push}"
    script = files["delivery/select.sh"]
    yield "select", ".by != " not in script, "drift is not looked for in the stacks of pipelines"
    for name in ("stacks", "deployed", "touched", "lines"):
        yield "select", f'"{name}=' not in script, f"nobody says {name}"


def _chosen(jobs: Mapping[str, Any]) -> Links:
    """What ``select.sh`` prints comes to the jobs that are made of it."""
    select, backend = jobs["select"], jobs["deploy-backend"]
    said = {name: _BUILD.format("select", name) for name in ("stacks", "touched", "lines")}
    yield "select", select["outputs"] != said, f"the job hands on {select['outputs']}"
    (step,) = [one for one in select["steps"] if one.get("id") == "select"]
    yield "select", step["run"] != 'delivery/select.sh >> "$GITHUB_OUTPUT"', "what differs is not told"
    base = ["github.event.pull_request.base.sha", "inputs.since", "github.event.before", "'HEAD~1'"]
    yield "select", step["env"]["BASE"] != f"${{{{ {' || '.join(base)} }}}}", f"compared with {step['env']['BASE']}"
    yield "select", step["env"].get("ONLY") != "${{ inputs.stack }}", "one stack cannot be asked for"
    for name in ("select", "review"):
        history = jobs[name]["steps"][0]["with"].get("fetch-depth") == 0
        yield "select", not history, f"{name} has no commit to compare with"
    made = backend["strategy"]
    yield "select", made["matrix"] != {"line": _MATRIX.format("select", "lines")}, f"lines are {made['matrix']}"
    yield "select", made.get("fail-fast") is not False, "a line that fails breaks off the others"
    needed = {"test", "preview", "engine", "select"}
    yield "start", set(backend["needs"]) != needed, f"a deployment waits for {backend['needs']} alone"
    for part in (
        "github.event_name != 'pull_request'",
        "github.ref == 'refs/heads/main'",
        "vars.DEPLOYMENTS == 'enabled'",
        "needs.select.outputs.lines != '[]'",
    ):
        yield "start", part not in backend["if"].split(" && "), f"deployed without asking whether {part}"
    yield "start", _runs_on(backend["if"]), "deployed although something failed before"


def _line(jobs: Mapping[str, Mapping[str, Any]]) -> Links:
    backend = jobs["deploy"]["deploy-backend"]
    calls = [(backend, "line.yml"), *((job, "stack.yml") for job in jobs["line"].values())]
    for job, called in calls:
        yield "rights", job["permissions"] != _RIGHTS, f"{called} may do {job['permissions']}, its jobs {_RIGHTS}"
        yield "line", job["uses"] != f"./{FOLDER}{called}", f"{job['uses']} is called, and not {called}"
    told = {place: f"${{{{ matrix.line.{place} }}}}" for place in PLACES}
    yield "line", backend["with"] != told, f"a line is told {backend['with']}"
    for number, place in enumerate(PLACES):
        job = jobs["line"][place]
        told = {"stack": f"${{{{ inputs.{place} }}}}", "place": place}
        yield "line", job["with"] != told, f"{place} is told {job['with']}"
        yield "line", job.get("needs", []) != list(PLACES[:number]), f"{place} does not wait for what is before it"
        asked = " ".join(job["if"].removeprefix("${{ ").removesuffix(" }}").split()).split(" && ")
        stops = {"!cancelled()", f"inputs.{place} != ''"}
        yield "line", not stops <= set(asked) or _runs_on(job["if"]), f"{place} runs where {job['if']}"


def _runs_on(condition: str) -> bool:
    return "always()" in condition or "||" in condition


def _stack(jobs: Mapping[str, Any]) -> Links:
    for name, minutes, role in (("plan", 60, " strata-preview"), ("deploy", DEPLOY_MINUTES, "")):
        job = jobs[name]
        given = {**_SIGNED_IN, "STACK": "${{ inputs.stack }}", "COMMIT": "${{ github.sha }}"}
        yield "told", job["env"] != given, f"{name} is told {job['env']}"
        place = "${{ inputs.stack }}" + ("-plan" if role else "")
        yield "environment", job["environment"] != place, f"{name} is in {job['environment']}"
        yield "time", job["timeout-minutes"] < minutes, f"{name} ends after {job['timeout-minutes']} minutes"
        yield "rights", job["permissions"].get("id-token") != "write", f"{name} is given no token to sign in with"
        yield from _signs_in(name, job["steps"], role)
    deploy = jobs["deploy"]
    yield "rights", deploy["permissions"] != _RIGHTS, f"deploy may do {deploy['permissions']}"
    yield "plan", deploy.get("needs") != "plan", "what is done was not planned"
    yield "plan", runs(jobs["plan"]["steps"])[-1:] != ["delivery/step.sh plan"], "nothing is planned"
    queue = {"group": "stack-${{ inputs.stack }}", "cancel-in-progress": False}
    yield "queue", deploy.get("concurrency") != queue, "two deploy a stack at once, or one is broken off"
    done = [run for run in runs(deploy["steps"]) if "step.sh" in run]
    yield "steps", done != [f"delivery/step.sh {step}" for step in STEPS], f"a stack takes {done}"
    for step in deploy["steps"]:
        when = step.get("if", "")
        yield "steps", "continue-on-error" in step or _runs_on(when), f"{step} is done although something failed"
        if step.get("run", "").startswith("delivery/step.sh"):
            only = "inputs.place != 'recovery'" if step["run"].endswith("integration") else ""
            yield "steps", when != only, f"{step['run']} is done where {when or 'ever'}"


def runs(steps: list[dict[str, Any]]) -> list[str]:
    """What steps run, in their order."""
    return [step["run"] for step in steps if "run" in step]


def _signs_in(name: str, steps: list[dict[str, Any]], role: str) -> Links:
    """Its tools first, then what the stack file says, then the profile that is made of it."""
    first = ["delivery/install.sh", f'delivery/environment.sh{role} >> "$GITHUB_ENV"', "delivery/sign-in.sh"]
    yield "role", runs(steps)[:3] != first, f"{name} does not become {role.strip() or 'strata-deploy'} first"


def _built(jobs: Mapping[str, Any], files: Mapping[str, str]) -> Links:
    """The image: built as a candidate, attested by its digest beside itself, given its version, then looked at."""
    steps = jobs["deploy"]["steps"]
    named = [step.get("uses", step.get("run", "")).partition("@")[0] for step in steps]
    order = ["delivery/sign-in.sh", "delivery/publish.sh", "actions/attest-build-provenance", "delivery/tag.sh"]
    wanted = [*order, "delivery/step.sh images"]
    yield "image", [one for one in named if one in wanted] != wanted, "an image is not built, attested, named, judged"
    if not set(wanted) <= set(named):
        return
    publish, attest, tag = (steps[named.index(one)] for one in wanted[1:4])
    told = {name: _BUILD.format(publish.get("id"), name) for name in ("name", "digest", "version")}
    given = {"subject-name": told["name"], "subject-digest": told["digest"]}
    beside = {"push-to-registry": True, "create-storage-record": False}
    yield "signature", attest["with"] != {**given, **beside}, f"attested is {attest['with']}"
    named_so = {"IMAGE": told["name"], "DIGEST": told["digest"], "VERSION": told["version"]}
    yield "image", tag.get("env") != named_so, f"a version is given to {tag.get('env')}"
    for step in (attest, tag):
        asked = f"steps.{publish.get('id')}.outputs.digest != ''"
        yield "image", step.get("if") != asked, f"done where {step.get('if')}, not where something was built"
    script = files["delivery/publish.sh"]
    yield "image", "printf 'name=%s\\ndigest=%s\\nversion=%s\\n'" not in script, "what was built is not told"
    yield "image", ":candidate-" not in script, "what nobody attested has a version"
    for file in re.findall(r" file=(\S+) ", script):
        yield "image", file not in files, f"there is no {file}"
    judged = files["delivery/images.sh"]
    yield "signature", f"{FOLDER}stack.yml" not in judged, "another workflow than the one that builds may attest"
    yield "signature", "--source-ref refs/heads/main" not in judged, "who pushes a branch may attest"


def _looking(jobs: Mapping[str, Mapping[str, Any]]) -> Links:
    """Those that only look: into the account for pull requests, and for drift."""
    preview, drift = jobs["deploy"]["preview-account"], jobs["nightly"]["drift"]
    for name, job, place, role in (
        ("preview-account", preview, "review", "review"),
        ("drift", drift, "plan", "preview"),
    ):
        told = {**_SIGNED_IN, "STACK": "${{ matrix.stack }}"}
        yield "told", job["env"] != told, f"{name} is told {job['env']}"
        at = job["environment"]
        yield "environment", at != f"${{{{ matrix.stack }}}}-{place}", f"{name} is in {at}"
        ready = [run for run in runs(job["steps"]) if run.startswith("delivery/")]
        first = ["install.sh", f'environment.sh strata-{role} >> "$GITHUB_ENV"', "sign-in.sh"]
        yield "role", ready[:3] != [f"delivery/{one}" for one in first], f"{name} does not become strata-{role}"
    stacks = jobs["nightly"]["stacks"]["outputs"]
    yield "select", stacks != {"deployed": _BUILD.format("stacks", "deployed")}, f"drift is looked for in {stacks}"
    review = jobs["deploy"]["review"]["steps"][-1]["env"]
    yield "review", review["BASE"] != "${{ github.event.pull_request.base.sha }}", f"compared with {review['BASE']}"
    yield "review", review.get("GH_TOKEN") != "${{ github.token }}", "no comment is written"


def _frontend(job: Mapping[str, Any]) -> Links:
    stack = "${{ vars.AMPLIFY_STACK }}"
    yield "environment", job["environment"] != stack, f"the front end is waited for in {job['environment']}"
    yield "told", job["env"] != {**_SIGNED_IN, "STACK": stack}, f"who waits for the front end is told {job['env']}"
    told = {"AMPLIFY_APP_ID": "${{ vars.AMPLIFY_APP_ID }}", "COMMIT": "${{ github.sha }}"}
    yield "told", job["steps"][-1].get("env") != told, f"what is waited for is {job['steps'][-1].get('env')}"
