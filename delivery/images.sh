#!/usr/bin/env bash
# Sees that every image which the stack runs from a repository of its own is there, and scanned without a critical finding.
# One that is not there comes from the stack before, which a pipeline names in PROMOTE_FROM, by its digest and unchanged; one
# that is has to be what is there. And each has to be attested by the workflow of the repository that may build it: the stack
# file's attestedBy, or else the one whose workflow this is. Builds nothing: publish.sh does.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

readonly SCAN_SECONDS=900

stack=$(.venv/bin/strata delivery "$STACK" --json)
PROMOTE_FROM=${PROMOTE_FROM:-$(jq --raw-output '.after // empty' <<<"$stack")}
account=$(aws sts get-caller-identity --query Account --output text)

# Just pushed, an image may have no scan yet.
is_scanned() {
  local status
  if ! status=$(aws ecr describe-image-scan-findings --registry-id "$account" --region "$1" --repository-name "$2" \
    --image-id "imageDigest=$3" --query imageScanStatus.status --output text 2>&1); then
    [[ $status == *ScanNotFoundException* ]] || { echo "$status" >&2 && exit 1; }
    return 1
  fi
  case $status in
    COMPLETE | ACTIVE) return 0 ;;
    FAILED | UNSUPPORTED_IMAGE | SCAN_ELIGIBILITY_EXPIRED | FINDINGS_UNAVAILABLE | LIMIT_EXCEEDED)
      echo "$2@$3 cannot be scanned: $status" >&2 && exit 1 ;;
    *) return 1 ;;
  esac
}

# What of an image ECR scans: an index is none, and the images in it are, one for each platform; what has no platform is an
# attestation of the build. https://github.com/alexjurkiewicz/ecr-scan-image/issues/43
parts_of() {
  aws ecr batch-get-image --registry-id "$account" --region "$1" --repository-name "$2" --image-ids "imageDigest=$3" \
    --query 'images[0].imageManifest' --output text |
    jq --raw-output --arg whole "$3" \
      'if .manifests then .manifests[] | select(.platform.architecture != "unknown").digest else $whole end'
}

judge() {
  local parts part
  parts=$(parts_of "$1" "$2" "$3")
  [[ -n $parts ]] || { echo "$2@$3 holds no image" >&2 && return 1; }
  for part in $parts; do
    judge_part "$1" "$2" "$part"
  done
}

judge_part() {
  local critical
  within "$SCAN_SECONDS" "the scan of $2@$3" is_scanned "$1" "$2" "$3"
  critical=$(aws ecr describe-image-scan-findings --registry-id "$account" --region "$1" --repository-name "$2" \
    --image-id "imageDigest=$3" --query 'imageScanFindings.findingSeverityCounts.CRITICAL' --output text)
  [[ $critical == None || $critical == 0 ]] || { echo "$2@$3 has $critical critical findings" >&2 && return 1; }
}

# The same image in another stack, whose description is $1: its account, region and repository, a line each.
of_stack() {
  jq --raw-output --exit-status --arg name "${2##*/}" --arg version "$3" '.account as $account |
    [.images[] | select((.repository | split("/") | last) == $name and .version == $version)][0] |
    select(. != null) | $account, .region, .repository' <<<"$1" ||
    { echo "$(jq --raw-output .stack <<<"$1") does not run ${2##*/}$3, so it was tried nowhere" >&2 && return 1; }
}

# An attestation stands beside its image, in the registry to which that was pushed, and nowhere else: copies leave it behind.
# gh is given it, so it needs no token of GitHub: https://cli.github.com/manual/gh_attestation_verify
# The form: https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md
verify() {
  local account=$1 region=$2 repository=$3 digest=$4 bundles referrers referrer layer address
  [[ -n $attestor ]] || { echo "nobody is named who attests the images of $STACK: strata:delivery, attestedBy" >&2 && return 1; }
  bundles=$(mktemp --suffix .jsonl)
  # That it may not be asked is no such answer; in the head of a loop a failure would be one.
  referrers=$(aws ecr list-image-referrers --registry-id "$account" --region "$region" --repository-name "$repository" \
    --subject-id "imageDigest=$digest" --output text --query "referrers[?artifactType=='application/vnd.dev.sigstore.bundle.v0.3+json'].digest")
  for referrer in $referrers; do
    layer=$(aws ecr batch-get-image --registry-id "$account" --region "$region" --repository-name "$repository" \
      --image-ids "imageDigest=$referrer" --query 'images[0].imageManifest' --accepted-media-types application/vnd.oci.image.manifest.v1+json --output text | jq --raw-output '.layers[0].digest')
    address=$(aws ecr get-download-url-for-layer --registry-id "$account" --region "$region" --repository-name "$repository" \
      --layer-digest "$layer" --query downloadUrl --output text)
    curl --fail --silent --show-error "$address" | jq --compact-output . >>"$bundles"
  done
  [[ -s $bundles ]] ||
    { echo "$repository@$digest is attested by nobody: docs/deploying.md, Attested images" >&2 && return 1; }
  command -v gh >/dev/null || install_gh
  log_in "$region" "$(registry_in "$region" "$account")"
  gh attestation verify "oci://$(registry_in "$region" "$account")/$repository@$digest" --repo "$attestor" "${signed[@]}" \
    --bundle "$bundles"
  rm "$bundles"
}

# The stack before, and the one in which a commit begins; none of both for that one itself.
attestor=$(jq --raw-output --arg own "${GITHUB_REPOSITORY:-}" '.attestor // $own' <<<"$stack")
# An attestation of another branch is nobody's review; images of this repository are built by one workflow beside that.
signed=(--source-ref refs/heads/main)
# Which repository that is does not hang on capitals, as at GitHub; the certificate has them as GitHub does.
own=${GITHUB_REPOSITORY:-}
[[ ${attestor,,} != "${own,,}" ]] || signed+=(--signer-workflow "$own/.github/workflows/stack.yml")
tried='' origin=''
if [[ -n $PROMOTE_FROM ]]; then
  tried=$(.venv/bin/strata delivery "$PROMOTE_FROM" --json)
  origin=$tried
  while before=$(jq --raw-output '.after // empty' <<<"$origin") && [[ -n $before ]]; do
    origin=$(.venv/bin/strata delivery "$before" --json)
  done
fi

jq --compact-output '.images[]' <<<"$stack" | while read -r image; do
  repository=$(jq --raw-output .repository <<<"$image")
  version=$(jq --raw-output .version <<<"$image")
  region=$(jq --raw-output .region <<<"$image")
  [[ $version == @* ]] && wanted="imageDigest=${version#@}" || wanted="imageTag=${version#:}"
  found=$(digest_of "$account" "$region" "$repository" "$wanted")
  if [[ -n $tried ]]; then
    place=$(of_stack "$tried" "$repository" "$version")
    mapfile -t place <<<"$place"
    digest=$(digest_of "${place[@]}" "$wanted")
    [[ -n $digest ]] || { echo "${place[2]}$version is not in $(registry_in "${place[1]}" "${place[0]}")" >&2 && exit 1; }
    [[ -z $found || $found == "$digest" ]] ||
      { echo "$repository$version is $found, and $digest was tried in $(jq --raw-output .stack <<<"$tried")" >&2 && exit 1; }
    first=$(of_stack "$origin" "$repository" "$version")
    mapfile -t first <<<"$first"
    verify "${first[@]}" "$digest"
    if [[ -z $found ]]; then
      log_in "${place[1]}" "$(registry_in "${place[1]}" "${place[0]}")"
      log_in "$region" "$(registry_in "$region" "$account")"
      # Unless told otherwise it makes an index, with a digest of its own, of an image that is none.
      docker buildx imagetools create --prefer-index=false --tag "$(registry_in "$region" "$account")/$repository$version" \
        "$(registry_in "${place[1]}" "${place[0]}")/${place[2]}@$digest" </dev/null
      found=$(digest_of "$account" "$region" "$repository" "$wanted")
      [[ $found == "$digest" ]] || { echo "$repository$version became $found when $digest was copied" >&2 && exit 1; }
    fi
  else
    [[ -n $found ]] || { echo "$repository$version is not in the registry of $STACK" >&2 && exit 1; }
    verify "$account" "$region" "$repository" "$found"
  fi
  judge "$region" "$repository" "$found"
  echo "$repository$version is $found"
done
