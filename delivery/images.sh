#!/usr/bin/env bash
# Sees that every image which the stack runs from a repository of its own is there, and scanned without a critical finding.
# One that is not there comes from the stack before, which a pipeline names in PROMOTE_FROM, by its digest and unchanged;
# with GITHUB_REPOSITORY, once GitHub attests that this repository's workflow built it. Builds nothing: publish.sh does.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

readonly SCAN_SECONDS=900

stack=$(.venv/bin/strata delivery "$STACK" --json)
PROMOTE_FROM=${PROMOTE_FROM:-$(jq --raw-output '.after // empty' <<<"$stack")}
account=$(aws sts get-caller-identity --query Account --output text)

# Stack files are previewed in an account of stand-ins; where the stack's own images are is the caller's.
registry_in() {
  echo "$2.dkr.ecr.$1.amazonaws.com"
}

digest_of() {
  aws ecr describe-images --registry-id "$1" --region "$2" --repository-name "$3" --image-ids "$4" \
    --query 'imageDetails[0].imageDigest' --output text 2>/dev/null
}

log_in() {
  aws ecr get-login-password --region "$1" | docker login --username AWS --password-stdin "$2"
}

is_scanned() {
  local status
  status=$(aws ecr describe-image-scan-findings --registry-id "$account" --region "$1" --repository-name "$2" \
    --image-id "imageDigest=$3" --query imageScanStatus.status --output text) || exit 1
  case $status in
    COMPLETE | ACTIVE) return 0 ;;
    FAILED | UNSUPPORTED_IMAGE | SCAN_ELIGIBILITY_EXPIRED | FINDINGS_UNAVAILABLE | LIMIT_EXCEEDED)
      echo "$2@$3 cannot be scanned: $status" >&2 && exit 1 ;;
    *) return 1 ;;
  esac
}

judge() {
  local critical
  within "$SCAN_SECONDS" "the scan of $2@$3" is_scanned "$1" "$2" "$3"
  critical=$(aws ecr describe-image-scan-findings --registry-id "$account" --region "$1" --repository-name "$2" \
    --image-id "imageDigest=$3" --query 'imageScanFindings.findingSeverityCounts.CRITICAL' --output text)
  [[ $critical == None || $critical == 0 ]] || { echo "$2@$3 has $critical critical findings" >&2 && return 1; }
}

# The image of the stack before, of a repository with the same last word and under the same version.
promote() {
  local region=$1 repository=$2 version=$3 before from source digest of place
  before=$(.venv/bin/strata delivery "$PROMOTE_FROM" --json)
  from=$(jq --raw-output .account <<<"$before")
  source=$(jq --compact-output --arg name "${repository##*/}" --arg version "$version" \
    '[.images[] | select((.repository | split("/") | last) == $name and .version == $version)][0]' <<<"$before")
  [[ $source != null ]] || { echo "$PROMOTE_FROM does not run ${repository##*/}$version, so it was tried nowhere" >&2 && return 1; }
  of=$(jq --raw-output .repository <<<"$source")
  place=$(registry_in "$(jq --raw-output .region <<<"$source")" "$from")
  digest=$(digest_of "$from" "$(jq --raw-output .region <<<"$source")" "$of" "$4" || true)
  [[ -n $digest && $digest != None ]] || { echo "$of$version is not in $place" >&2 && return 1; }
  log_in "$(jq --raw-output .region <<<"$source")" "$place"
  log_in "$region" "$(registry_in "$region" "$account")"
  [[ -z ${GITHUB_REPOSITORY:-} ]] || gh attestation verify "oci://$place/$of@$digest" --repo "$GITHUB_REPOSITORY"
  docker buildx imagetools create --tag "$(registry_in "$region" "$account")/$repository$version" "$place/$of@$digest"
}

jq --compact-output '.images[]' <<<"$stack" | while read -r image; do
  repository=$(jq --raw-output .repository <<<"$image")
  version=$(jq --raw-output .version <<<"$image")
  region=$(jq --raw-output .region <<<"$image")
  [[ $version == @* ]] && wanted="imageDigest=${version#@}" || wanted="imageTag=${version#:}"
  found=$(digest_of "$account" "$region" "$repository" "$wanted" || true)
  if [[ -z $found || $found == None ]]; then
    [[ -n $PROMOTE_FROM ]] || { echo "$repository$version is not in the registry of $STACK" >&2 && exit 1; }
    promote "$region" "$repository" "$version" "$wanted"
    found=$(digest_of "$account" "$region" "$repository" "$wanted")
  fi
  judge "$region" "$repository" "$found"
  echo "$repository$version is $found"
done
