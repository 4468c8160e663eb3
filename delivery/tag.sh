#!/usr/bin/env bash
# Gives an image that was built (publish.sh) and attested its version: IMAGE is its repository with the registry, DIGEST and
# VERSION what it is and what it is to be called. A version that is that image already stays; one that is another fails.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
: "${IMAGE:?is the repository with its registry}" "${DIGEST:?is the digest of the image}" "${VERSION:?is what it is to be called}"

registry=${IMAGE%%/*} repository=${IMAGE#*/}
IFS=. read -r account _ _ region _ <<<"$registry"
found=$(digest_of "$account" "$region" "$repository" "imageTag=$VERSION")
if [[ -z $found ]]; then
  log_in "$region" "$registry"
  docker buildx imagetools create --prefer-index=false --tag "$IMAGE:$VERSION" "$IMAGE@$DIGEST"
  found=$(digest_of "$account" "$region" "$repository" "imageTag=$VERSION")
fi
[[ $found == "$DIGEST" ]] || { echo "$repository:$VERSION is $found, and $DIGEST was built" >&2 && exit 1; }
echo "$repository:$VERSION is $found"
