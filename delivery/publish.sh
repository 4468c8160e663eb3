#!/usr/bin/env bash
# Builds the image of this repository that the stack runs, for both platforms, and pushes it, unless there is one under the
# version of the stack file already: tags never change. It is pushed as a candidate. Once it is attested, tag.sh gives it the
# version, so that a version always has an attestation; where a run breaks off between the two, the next one builds again,
# under the same version. It attests nothing that it has not built itself. A stack that comes after another one builds
# nothing; it gets the image that was tried there (images.sh). GITHUB_OUTPUT is told what was pushed.
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
region=$(jq --raw-output .region <<<"$image")
[[ $version == :* ]] || { echo "$STACK names a digest, which was built before" && exit 0; }

account=$(aws sts get-caller-identity --query Account --output text)
found=$(digest_of "$account" "$region" "$repository" "imageTag=${version#:}")
if [[ -n $found ]]; then
  echo "$repository$version is $found already"
  exit 0
fi
registry=$(registry_in "$region" "$account")
log_in "$region" "$registry"
# What Docker comes with builds for one platform at a time, and Dockerfiles run programs of the one that they build for: a builder
# of its own, and the other platform's programs through QEMU, which the kernel is told of.
# https://docs.docker.com/build/building/multi-platform/
other=$([[ $(uname -m) == x86_64 ]] && echo aarch64 || echo x86_64)
[[ -e /proc/sys/fs/binfmt_misc/qemu-$other ]] || { sudo apt-get update && sudo apt-get install --yes qemu-user-static; } >&2
builder=strata-$RANDOM
# What builds is named by its content, as what is built is: what a tag of BuildKit points at today, nobody has looked at.
# https://github.com/moby/buildkit/releases; the digest: docker buildx imagetools inspect moby/buildkit:v0.33.1
buildkit=moby/buildkit:v0.33.1@sha256:cec9f139f45e93c5c69c60f8b07cfad9f43f4ef6b6a6cd917527fea5ff2e3dea
docker buildx create --name "$builder" --driver docker-container --driver-opt "image=$buildkit" >&2
trap 'docker buildx rm "$builder" >&2' EXIT
told=$(mktemp)
docker buildx build --builder "$builder" --platform linux/arm64,linux/amd64 --push --tag "$registry/$repository:candidate-$(date --utc +%Y%m%d%H%M%S)-$RANDOM" \
  --metadata-file "$told" --file "$file" --target "$target" "$context"
digest=$(jq --raw-output --exit-status '."containerimage.digest"' "$told")
rm "$told"
[[ -z ${GITHUB_OUTPUT:-} ]] ||
  printf 'name=%s\ndigest=%s\nversion=%s\n' "$registry/$repository" "$digest" "${version#:}" >>"$GITHUB_OUTPUT"
echo "$repository@$digest is to be $version"
