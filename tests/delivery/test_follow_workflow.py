"""The workflow, followed from a push to a deployed stack; and each link of it, broken once."""

import pytest

from tests.delivery.follow_workflow import FOLDER, broken
from tests.stacks import ROOT

FILES = {
    path.relative_to(ROOT).as_posix(): path.read_text()
    for pattern in (f"{FOLDER}*.yml", "delivery/*", "services/*/Dockerfile", "functions/*/Dockerfile")
    for path in ROOT.glob(pattern)
}
DEPLOY, LINE, STACK, NIGHTLY = "deploy", "line", "stack", "nightly"
ENVIRONMENT, SIGN_IN = '      - run: delivery/environment.sh >> "$GITHUB_ENV"\n', "      - run: delivery/sign-in.sh\n"
IMAGES, INFRASTRUCTURE = "      - run: delivery/step.sh images\n", "      - run: delivery/step.sh infrastructure\n"
IF_BUILT = "      - if: steps.build.outputs.digest != ''\n"
SEEDED = [
    (DEPLOY, "start", "    branches: [main]\n", "    branches: [main]\n    paths: [systems/**]\n"),
    (DEPLOY, "start", "needs: [test, preview, engine, select]", "needs: [preview, engine, select]"),
    (DEPLOY, "start", " && vars.DEPLOYMENTS == 'enabled'\n", "\n"),
    (DEPLOY, "start", " && needs.select.outputs.lines != '[]'\n", "\n"),
    (DEPLOY, "start", "lines != '[]'\n    strategy", "lines != '[]' || always()\n    strategy"),
    (DEPLOY, "select", "      lines: ${{ steps.select.outputs.lines }}\n", ""),
    (DEPLOY, "select", "steps.select.outputs.touched", "steps.chosen.outputs.touched"),
    (DEPLOY, "select", "fromJSON(needs.select.outputs.lines)", "fromJSON(needs.select.outputs.touched)"),
    (DEPLOY, "select", "          fetch-depth: 0\n", ""),
    (DEPLOY, "select", "inputs.since || ", ""),
    (DEPLOY, "select", "          ONLY: ${{ inputs.stack }}\n", ""),
    (DEPLOY, "select", "      fail-fast: false\n      matrix:\n        line", "      matrix:\n        line"),
    (DEPLOY, "review", "          GH_TOKEN: ${{ github.token }}\n", ""),
    (DEPLOY, "rights", "      attestations: write\n", ""),
    (DEPLOY, "line", "prod: ${{ matrix.line.prod }}", "prod: ${{ matrix.line.staging }}"),
    (DEPLOY, "told", "      STACK: ${{ matrix.stack }}\n      WORKFLOW", "      WORKFLOW"),
    (DEPLOY, "told", "          COMMIT: ${{ github.sha }}\n", ""),
    (DEPLOY, "environment", "environment: ${{ vars.AMPLIFY_STACK }}", "environment: amplify"),
    (DEPLOY, "role", "environment.sh strata-review", "environment.sh strata-preview"),
    (LINE, "rights", "      id-token: write\n", ""),
    (LINE, "line", "      place: recovery", "      place: prod"),
    (LINE, "line", "    needs: [dev, staging]\n", ""),
    (LINE, "line", "inputs.prod != ''\n", "inputs.prod != '' || always()\n"),
    (STACK, "rights", "      id-token: write\n", ""),
    (STACK, "rights", "      attestations: write\n", ""),
    (STACK, "environment", "environment: ${{ inputs.stack }}\n", "environment: production\n"),
    (STACK, "told", "vars.WORKFLOW_ROLE_ARN", "vars.ROLE_ARN"),
    (STACK, "told", "AWS_PROFILE: deploy", "AWS_PROFILE: workflow"),
    (STACK, "role", SIGN_IN, ""),
    (STACK, "role", f"{ENVIRONMENT}{SIGN_IN}", f"{SIGN_IN}{ENVIRONMENT}"),
    (STACK, "role", "delivery/environment.sh >>", "delivery/environment.sh strata-preview >>"),
    (STACK, "time", "timeout-minutes: 240", "timeout-minutes: 60"),
    (STACK, "plan", "    needs: plan\n", ""),
    (STACK, "queue", "      cancel-in-progress: false\n", ""),
    (STACK, "queue", "stack-${{ inputs.stack }}", "stack"),
    (STACK, "steps", f"{IMAGES}{INFRASTRUCTURE}", f"{INFRASTRUCTURE}{IMAGES}"),
    (STACK, "steps", INFRASTRUCTURE, f"{INFRASTRUCTURE}        if: always()\n"),
    (STACK, "steps", INFRASTRUCTURE, f"{INFRASTRUCTURE}        continue-on-error: true\n"),
    (STACK, "steps", "if: inputs.place != 'recovery'", "if: always()"),
    (STACK, "image", "        run: delivery/publish.sh\n", "        run: 'true'\n"),
    (STACK, "image", "uses: actions/attest-build-provenance", "uses: actions/cache"),
    (STACK, "image", "        run: delivery/tag.sh\n", "        run: 'true'\n"),
    (STACK, "image", "      - id: build\n", "      - id: publish\n"),
    (STACK, "image", f"{IF_BUILT}        run", "      - if: always()\n        run"),
    (STACK, "image", "VERSION: ${{ steps.build.outputs.version }}", "VERSION: latest"),
    (STACK, "signature", "          push-to-registry: true\n", ""),
    (STACK, "signature", "subject-digest: ${{ steps.build.outputs.digest }}", "subject-digest: ${{ github.sha }}"),
    (NIGHTLY, "environment", "${{ matrix.stack }}-plan", "${{ matrix.stack }}"),
    (NIGHTLY, "role", "environment.sh strata-preview", "environment.sh"),
    (NIGHTLY, "select", "steps.stacks.outputs.deployed", "steps.stacks.outputs.stacks"),
    ("publish.sh", "image", "name=%s\\ndigest", "image=%s\\ndigest"),
    ("publish.sh", "image", "file=services/records/Dockerfile", "file=services/record/Dockerfile"),
    ("publish.sh", "image", ":candidate-", ":"),
    ("images.sh", "signature", "workflows/stack.yml", "workflows/deploy.yml"),
    ("images.sh", "signature", "--source-ref refs/heads/main", ""),
    ("select.sh", "select", 'select(.by != "hand")', 'select(.by == "workflow")'),
]  # fmt: skip


def test_a_push_comes_to_a_deployed_stack() -> None:
    assert broken(FILES) == []


@pytest.mark.parametrize(
    ("file", "kind", "text", "instead"), SEEDED, ids=[f"{one[0]}-{one[1]}-{n}" for n, one in enumerate(SEEDED)]
)
def test_a_broken_link_is_found(file: str, kind: str, text: str, instead: str) -> None:
    path = f"delivery/{file}" if file.endswith(".sh") else f"{FOLDER}{file}.yml"
    changed = FILES[path].replace(text, instead)
    assert changed != FILES[path]
    assert kind in {said.partition(":")[0] for said in broken({**FILES, path: changed})}
