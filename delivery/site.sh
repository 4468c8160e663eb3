#!/usr/bin/env bash
# Builds the site of the stack's system, frontend/SYSTEM/, where the commit has one and the stack a bucket for it, and publishes
# it: first files whose names change with what they hold, then the page that names them, so that no viewer is sent a page
# without its files. Two systems have two sites, so one that is of none is refused.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

bucket=$(output webBucket)
[[ $bucket != null ]] || bucket=$(output staticBucket)
distribution=$(output siteDistributionId)
[[ $distribution != null ]] || distribution=$(output distributionId)
site=frontend/$(.venv/bin/strata delivery "$STACK" --json | jq --raw-output --exit-status .system)
[[ ! -f frontend/package-lock.json ]] || { echo "frontend/ is of no system: the site of $STACK lies in $site/" >&2 && exit 1; }
if [[ ! -f $site/package-lock.json || $bucket == null ]]; then
  echo "no site is published: the commit has no $site/package-lock.json, or $STACK no bucket for one"
  exit 0
fi
bucket=$(jq --raw-output . <<<"$bucket")
distribution=$(jq --raw-output . <<<"$distribution")
(cd "$site" && npm ci && npm run build)
aws s3 sync "$site/dist" "s3://$bucket" --exclude index.html --cache-control "public, max-age=31536000, immutable"
aws s3 cp "$site/dist/index.html" "s3://$bucket/index.html" --cache-control no-cache
invalidation=$(aws cloudfront create-invalidation --distribution-id "$distribution" --paths "/" "/index.html" \
  --query Invalidation.Id --output text)
is_published() {
  local status
  status=$(aws cloudfront get-invalidation --distribution-id "$distribution" --id "$invalidation" \
    --query Invalidation.Status --output text) || exit 1
  [[ $status == Completed ]]
}
within 1800 "invalidation $invalidation" is_published
echo "$bucket has the site of this commit"
