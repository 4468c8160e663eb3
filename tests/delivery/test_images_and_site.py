"""How images come to a stack and a site to its bucket; AWS answers as it does, from records."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.tools import Tools

IMAGE = {"repository": "shop/server", "version": ":v1", "registry": "r", "region": "eu-west-1"}
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListImageReferrers.html
# Manifest of an attestation: https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md
AWS = """
case "$1 $2" in
  "sts get-caller-identity") echo 222222222222 ;;
  "ecr get-login-password") echo token ;;
  "ecr describe-images")
    case "$*" in
      *"--registry-id 111111111111"*) [[ -n $TRIED ]] && echo sha256:aa || { echo "$REFUSED" >&2; exit 254; } ;;
      *) if [[ -f there ]]; then echo "sha256:${HERE:-aa}"; else echo "$REFUSED" >&2; exit 254; fi ;;
    esac ;;
  "ecr list-image-referrers")
    [[ $UNSIGNED == AccessDenied* ]] && echo "$UNSIGNED" >&2 && exit 254
    [[ -n $UNSIGNED ]] || echo sha256:bb ;;
  "ecr batch-get-image")
    case "$*" in
      *imageDigest=sha256:bb*) echo '{"schemaVersion": 2, "layers": [{"digest": "sha256:cc"}]}' ;;
      *) cat manifest.json ;;
    esac ;;
  "ecr get-download-url-for-layer") echo "https://layers/sha256:cc" ;;
  "ecr describe-image-scan-findings")
    case "$*" in
      *imageScanStatus*)
        [[ -n $INDEX && $* == *sha256:aa* ]] && echo ScanNotFoundException >&2 && exit 254
        said=$(head -n 1 scans)
        [[ $(wc -l < scans) == 1 ]] || sed -i 1d scans
        [[ $said == *Exception* ]] && echo "$said" >&2 && exit 254
        echo "$said" ;;
      *sha256:arm*) echo "${ARM:-None}" ;;
      *) echo "$CRITICAL" ;;
    esac ;;
  "cloudfront create-invalidation") echo I1 ;;
  "cloudfront get-invalidation") head -n 1 scans; [[ $(wc -l < scans) == 1 ]] || sed -i 1d scans ;;
esac
"""
NOT_THERE = "An error occurred (ImageNotFoundException) when calling the DescribeImages operation"
# What buildx pushes of two platforms: https://docs.docker.com/build/metadata/attestations/attestation-storage/
INDEX = {
    "schemaVersion": 2,
    "manifests": [
        {"digest": "sha256:arm", "platform": {"architecture": "arm64", "os": "linux"}},
        {"digest": "sha256:amd", "platform": {"architecture": "amd64", "os": "linux"}},
        {"digest": "sha256:built", "platform": {"architecture": "unknown", "os": "unknown"}},
    ],
}
BUNDLE = {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": {}}
GH = '[[ -z $FORGED ]] && for given; do :; done && cp "$given" given.jsonl'
DOCKER = """while (($#)); do
  case $1 in --metadata-file) echo '{"containerimage.digest": "sha256:aa"}' > "$2" ;; build | imagetools) did=$1 ;; esac
  shift
done
cat > /dev/null < /dev/stdin
[[ $did != imagetools ]] || touch there"""


def tools(folder: Path, *scans: str, after: str | None = None, system: str = "records", **outputs: Any) -> Tools:
    made = Tools(
        folder,
        aws=AWS,
        docker=DOCKER,
        sudo=":",
        gh=GH,
        curl="cat bundle.json",
        npm="mkdir -p dist; touch dist/index.html",
        pulumi=f"echo {json.dumps(json.dumps(outputs))}",
    )
    (folder / "bundle.json").write_text(json.dumps(BUNDLE, indent=2))
    (folder / "manifest.json").write_text('{"schemaVersion": 2, "layers": []}')
    (folder / "scans").write_text("".join(f"{scan}\n" for scan in scans or ("COMPLETE",)))
    documents: dict[str, Any] = {
        "shop": {
            "stack": "shop",
            "system": system,
            "after": after,
            "images": [IMAGE],
            "account": "222222222222",
            "attestor": "example/server",
        },
        "shop-dev": {"stack": "shop-dev", "images": [{**IMAGE, "repository": "dev/server"}], "account": "111111111111"},
    }
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document))
    made.strata('cat "$2.json"')
    return made


def images(made: Tools, **variables: str) -> Any:
    none = dict.fromkeys(("TRIED", "FORGED", "UNSIGNED", "INDEX"), "")
    return made.run("images.sh", **{**none, "CRITICAL": "None", "REFUSED": NOT_THERE, **variables})


def test_an_image_that_is_there_and_clean_is_let_pass(tmp_path: Path) -> None:
    made = tools(tmp_path, "IN_PROGRESS", "IN_PROGRESS", "COMPLETE")
    (tmp_path / "there").touch()
    assert images(made).stdout == "shop/server:v1 is sha256:aa\n"
    assert len(made.calls("sleep")) == 2
    assert not made.calls("docker buildx")
    (asked,) = made.calls("gh")
    place = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/shop/server@sha256:aa"
    assert asked.startswith(
        f"gh attestation verify oci://{place} --repo example/server --source-ref refs/heads/main --bundle "
    )


def test_that_nobody_may_ask_who_attests_an_image_is_no_answer(tmp_path: Path) -> None:
    """Whoever is told that nobody did deletes the image."""
    made = tools(tmp_path)
    (tmp_path / "there").touch()
    ended = images(made, UNSIGNED="AccessDeniedException")
    assert (ended.returncode, ended.stderr) == (254, "AccessDeniedException\n")


def test_a_critical_finding_stops_the_deployment(tmp_path: Path) -> None:
    made = tools(tmp_path)
    (tmp_path / "there").touch()
    ended = images(made, CRITICAL="3")
    assert (ended.returncode, ended.stderr) == (1, "shop/server@sha256:aa has 3 critical findings\n")


def test_of_an_index_ecr_scans_the_image_of_each_platform(tmp_path: Path) -> None:
    made = tools(tmp_path, "ScanNotFoundException", "COMPLETE")
    (tmp_path / "there").touch()
    (tmp_path / "manifest.json").write_text(json.dumps(INDEX))
    assert images(made, INDEX="yes").stdout == "shop/server:v1 is sha256:aa\n"
    assert len(made.calls("sleep")) == 1
    assert not [call for call in made.calls("aws ecr describe-image-scan-findings") if "built" in call]
    ended = images(made, INDEX="yes", ARM="2")
    assert (ended.returncode, ended.stderr) == (1, "shop/server@sha256:arm has 2 critical findings\n")


def test_an_index_without_an_image_is_not_a_clean_one(tmp_path: Path) -> None:
    made = tools(tmp_path)
    (tmp_path / "there").touch()
    (tmp_path / "manifest.json").write_text(json.dumps({**INDEX, "manifests": []}))
    ended = images(made, INDEX="yes")
    assert (ended.returncode, ended.stderr) == (1, "shop/server@sha256:aa holds no image\n")


@pytest.mark.parametrize("after", [None, "shop-dev"])
def test_that_images_may_not_be_looked_at_is_said(tmp_path: Path, after: str | None) -> None:
    ended = images(tools(tmp_path, after=after), REFUSED="An error occurred (AccessDeniedException)")
    assert (ended.returncode, ended.stderr) == (1, "An error occurred (AccessDeniedException)\n")


def test_a_copy_with_another_digest_is_not_what_was_tried(tmp_path: Path) -> None:
    ended = images(tools(tmp_path, after="shop-dev"), TRIED="yes", HERE="dd")
    assert (ended.returncode, ended.stderr) == (1, "shop/server:v1 became sha256:dd when sha256:aa was copied\n")


@pytest.mark.parametrize("status", ["FAILED", "UNSUPPORTED_IMAGE"])
def test_an_image_that_cannot_be_scanned_is_not_a_clean_one(tmp_path: Path, status: str) -> None:
    made = tools(tmp_path, status)
    (tmp_path / "there").touch()
    ended = images(made)
    assert ended.returncode != 0
    assert f"cannot be scanned: {status}" in ended.stderr


def test_an_image_that_is_nowhere_is_told(tmp_path: Path) -> None:
    ended = images(tools(tmp_path))
    assert (ended.returncode, ended.stderr) == (1, "shop/server:v1 is not in the registry of shop\n")


@pytest.mark.parametrize("told", ["file", "pipeline"])
def test_what_was_tried_before_comes_by_its_digest(tmp_path: Path, told: str) -> None:
    made = tools(tmp_path, after="shop-dev" if told == "file" else None)
    variables = {"PROMOTE_FROM": "shop-dev"} if told == "pipeline" else {"GITHUB_REPOSITORY": "example/strata"}
    ended = images(made, TRIED="yes", **variables)
    assert ended.returncode == 0, ended.stderr
    (copied,) = made.calls("docker buildx")
    source = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/dev/server@sha256:aa"
    target = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/shop/server:v1"
    assert copied == f"docker buildx imagetools create --prefer-index=false --tag {target} {source}"
    (asked,) = made.calls("gh")
    assert asked.startswith(
        f"gh attestation verify oci://{source} --repo example/server --source-ref refs/heads/main --bundle "
    )
    assert json.loads((tmp_path / "given.jsonl").read_text()) == BUNDLE


@pytest.mark.parametrize("attestor", [None, "example/strata", "Example/Strata"])
def test_of_the_workflow_s_own_repository_one_workflow_attests(tmp_path: Path, attestor: str | None) -> None:
    """Whether a file names it or, as it is the usual one, nobody."""
    made = tools(tmp_path)
    document = json.loads((tmp_path / "shop.json").read_text())
    (tmp_path / "shop.json").write_text(json.dumps({**document, "attestor": attestor}))
    (tmp_path / "there").touch()
    assert images(made, GITHUB_REPOSITORY="example/strata").returncode == 0
    only = "--source-ref refs/heads/main --signer-workflow example/strata/.github/workflows/stack.yml"
    assert f" --repo {attestor or 'example/strata'} {only} --bundle " in made.calls("gh")[0]
    ended = images(made)
    assert ("nobody is named who attests" in ended.stderr) == (attestor is None) == (ended.returncode == 1)


def test_an_attestation_is_where_the_image_was_pushed_first(tmp_path: Path) -> None:
    made = tools(tmp_path, after="shop-staging")
    staged = {"stack": "shop-staging", "after": "shop-dev", "account": "333333333333", "images": [IMAGE]}
    (tmp_path / "shop-staging.json").write_text(json.dumps(staged))
    (tmp_path / "there").touch()
    assert images(made, TRIED="yes").returncode == 0
    assert " oci://111111111111.dkr.ecr.eu-west-1.amazonaws.com/dev/server@sha256:aa " in made.calls("gh")[0]


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("fault", ["FORGED", "UNSIGNED"])
def test_an_image_that_nobody_attests_is_not_deployed(tmp_path: Path, fault: str, there: bool) -> None:
    made = tools(tmp_path, after="shop-dev")
    if there:
        (tmp_path / "there").touch()
    ended = images(made, TRIED="yes", **{fault: "yes"})
    assert ended.returncode != 0
    assert not made.calls("docker buildx")
    assert " is sha256:aa\n" not in ended.stdout


def test_an_image_that_is_another_one_than_was_tried_is_not_deployed(tmp_path: Path) -> None:
    made = tools(tmp_path, after="shop-dev")
    (tmp_path / "there").touch()
    ended = images(made, TRIED="yes", HERE="dd")
    assert (ended.returncode, ended.stderr) == (1, "shop/server:v1 is sha256:dd, and sha256:aa was tried in shop-dev\n")


def test_an_image_that_was_tried_nowhere_is_not_promoted(tmp_path: Path) -> None:
    made = tools(tmp_path, after="shop-dev")
    ended = images(made)
    assert ended.returncode != 0
    assert "dev/server:v1 is not in 111111111111.dkr.ecr" in ended.stderr


BUILT = {**IMAGE, "repository": "shop/microservice"}


PUSHED = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/shop/microservice"


def published(folder: Path, refused: str = NOT_THERE, **more: Any) -> tuple[Tools, Any]:
    made = tools(folder, **more)
    document = json.loads((folder / "shop.json").read_text())
    (folder / "shop.json").write_text(json.dumps({**document, "images": [BUILT]}))
    return made, made.run("publish.sh", TRIED="", REFUSED=refused, GITHUB_OUTPUT=str(folder / "told"))


def test_an_image_of_this_repository_is_built_once_for_both_platforms(tmp_path: Path) -> None:
    made, ended = published(tmp_path)
    assert ended.returncode == 0, ended.stderr
    (built,) = made.calls("docker buildx build")
    (builder,) = made.calls("docker buildx create")
    assert re.search(
        r" --driver docker-container --driver-opt image=moby/buildkit:v[\d.]+@sha256:[0-9a-f]{64}$", builder
    )
    assert f" --builder {builder.split()[4]} " in built
    assert "--platform linux/arm64,linux/amd64 --push" in built
    assert built.endswith("services/records")
    assert (tmp_path / "told").read_text() == f"name={PUSHED}\ndigest=sha256:aa\nversion=v1\n"
    assert f"--tag {PUSHED}:candidate-" in built


def test_a_version_is_given_to_what_was_attested_and_once(tmp_path: Path) -> None:
    made = tools(tmp_path)
    attested = {"IMAGE": PUSHED, "DIGEST": "sha256:aa", "VERSION": "v1", "TRIED": "", "REFUSED": NOT_THERE}
    for _ in range(2):
        ended = made.run("tag.sh", **attested)
        assert (ended.returncode, ended.stdout) == (0, "shop/microservice:v1 is sha256:aa\n"), ended.stderr
    (tagged,) = made.calls("docker buildx")
    assert tagged == f"docker buildx imagetools create --prefer-index=false --tag {PUSHED}:v1 {PUSHED}@sha256:aa"
    assert "--registry-id 222222222222 --region eu-west-1" in made.calls("aws ecr describe-images")[0]
    ended = made.run("tag.sh", **attested, HERE="dd")
    assert (ended.returncode, ended.stderr) == (1, "shop/microservice:v1 is sha256:dd, and sha256:aa was built\n")


def test_a_run_that_broke_off_before_it_attested_is_built_again_under_the_same_version(tmp_path: Path) -> None:
    made, first = published(tmp_path)
    again = made.run("publish.sh", TRIED="", REFUSED=NOT_THERE, GITHUB_OUTPUT=str(tmp_path / "again"))
    assert (first.returncode, again.returncode) == (0, 0), again.stderr
    assert len(made.calls("docker buildx build")) == 2
    assert "version=v1\n" in (tmp_path / "again").read_text()


def test_that_a_registry_does_not_say_what_it_has_is_no_reason_to_build(tmp_path: Path) -> None:
    made, ended = published(tmp_path, refused="An error occurred (AccessDeniedException)")
    assert (ended.returncode, ended.stderr) == (1, "An error occurred (AccessDeniedException)\n")
    assert not made.calls("docker buildx")


def test_a_copy_that_is_judged_later_is_made_once(tmp_path: Path) -> None:
    made = tools(tmp_path, after="shop-dev")
    assert images(made, TRIED="yes", CRITICAL="3").returncode == 1
    assert images(made, TRIED="yes").returncode == 0
    assert len(made.calls("docker buildx imagetools")) == 1
    assert len(made.calls("gh attestation verify")) == 2


def test_a_tag_that_is_there_is_not_built_again(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    made, ended = published(tmp_path)
    assert (ended.returncode, made.calls("docker")) == (0, [])
    assert not (tmp_path / "told").exists()


@pytest.mark.parametrize("more", [{"after": "shop-dev"}, {"system": "confluence"}])
def test_what_was_tried_before_or_is_of_another_repository_is_not_built(tmp_path: Path, more: dict[str, Any]) -> None:
    made, ended = published(tmp_path, **more)
    assert (ended.returncode, made.calls("docker")) == (0, [])


def test_the_page_comes_after_the_files_that_it_names(tmp_path: Path) -> None:
    made = tools(tmp_path, "InProgress", "Completed", webBucket="site", siteDistributionId="D1")
    (tmp_path / "frontend" / "records").mkdir(parents=True)
    (tmp_path / "frontend" / "records" / "package-lock.json").touch()
    ended = made.run("site.sh")
    assert ended.returncode == 0, ended.stderr
    assert made.calls("npm") == ["npm ci", "npm run build"]
    first, second, third, *_ = made.calls("aws")
    assert first.startswith("aws s3 sync frontend/records/dist s3://site --exclude index.html")
    assert second == "aws s3 cp frontend/records/dist/index.html s3://site/index.html --cache-control no-cache"
    assert third.startswith("aws cloudfront create-invalidation --distribution-id D1 --paths / /index.html")
    assert len(made.calls("sleep")) == 1


@pytest.mark.parametrize(("folder", "code"), [("frontend/confluence", 0), ("frontend", 1)])
def test_a_site_of_another_system_or_of_none_is_not_published(tmp_path: Path, folder: str, code: int) -> None:
    made = tools(tmp_path, staticBucket="site", distributionId="D1")
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "package-lock.json").touch()
    ended = made.run("site.sh")
    assert (ended.returncode, made.calls("npm"), made.calls("aws")) == (code, [], [])
    assert "frontend/records/" in ended.stderr + ended.stdout


def test_a_stack_without_a_site_publishes_none(tmp_path: Path) -> None:
    made = tools(tmp_path, url="https://example.com")
    assert made.run("site.sh").returncode == 0
    assert not made.calls("aws")
