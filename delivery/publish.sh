#!/usr/bin/env bash
# Builds the image of this repository that the stack runs, for both platforms, and pushes it under the version of the stack
# file, unless it is there already: tags never change. A stack that comes after another one builds nothing; it gets the image
# that was tried there (images.sh). GITHUB_OUTPUT is told the name and the digest of what was pushed, for the attestation.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

stack=$(.venv/bin/strata delivery "$STACK" --json)
case $(jq --raw-output .system <<<"$stack") in
  records) name=microservice context=services/records file=services/records/Dockerfile target='' ;;
  collaboration) name=collaboration-server context=functions file=functions/collaboration/Dockerfile target=web ;;
  *) echo "the images of $STACK are built in the repositories of its application" && exit 0 ;;
esac
before=$(jq --raw-output '.after // empty' <<<"$stack")
[[ -z $before ]] || { echo "$STACK runs what was built for $before" && exit 0; }
image=$(jq --compact-output --arg name "$name" '[.images[] | select((.repository | split("/") | last) == $name)][0]' <<<"$stack")
[[ $image != null ]] || { echo "$STACK runs no image of its own repository $name" && exit 0; }
repository=$(jq --raw-output .repository <<<"$image")
version=$(jq --raw-output .version <<<"$image")
[[ $version == :* ]] || { echo "$STACK names a digest, which was built before" && exit 0; }

digest() {
  aws ecr describe-images --repository-name "$repository" --image-ids "imageTag=${version#:}" \
    --query 'imageDetails[0].imageDigest' --output text
}

if found=$(digest 2>/dev/null) && [[ -n $found && $found != None ]]; then
  echo "$repository$version is $found already"
  exit 0
fi
registry="$(aws sts get-caller-identity --query Account --output text).dkr.ecr.$(jq --raw-output .region <<<"$image").amazonaws.com"
aws ecr get-login-password | docker login --username AWS --password-stdin "$registry"
docker buildx build --platform linux/arm64,linux/amd64 --push --tag "$registry/$repository$version" \
  --file "$file" --target "$target" "$context"
found=$(digest)
[[ -z ${GITHUB_OUTPUT:-} ]] || printf 'name=%s\ndigest=%s\n' "$registry/$repository" "$found" >>"$GITHUB_OUTPUT"
echo "$repository$version is $found"
