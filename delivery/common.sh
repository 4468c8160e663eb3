# shellcheck shell=bash
# What every step of a deployment starts with; STACK names the stack. To be sourced.
set -euo pipefail
shopt -s inherit_errexit
: "${STACK:?names the stack}"
export PATH="$HOME/.local/bin:$PATH"

# A stack is asked about in its own region, wherever this runs: a pipeline deploys a recovery stack from home. The state has
# its region in its address.
region=$(sed -n 's/^  aws:region: *//p' "Pulumi.$STACK.yaml" 2>/dev/null || true)
[[ -z $region ]] || export AWS_REGION=$region AWS_DEFAULT_REGION=$region

# One output of the stack as JSON, or null when it has no such output.
output() {
  pulumi stack output --stack "$STACK" --json --non-interactive | jq --compact-output --arg name "$1" '.[$name]'
}

# Where the plan of a commit is kept, without its ending (.json for Pulumi, .md for people, .done once it was carried out): in
# the bucket of the state, which whoever deploys reads and writes in any case.
plan_of() {
  local bucket=${PULUMI_BACKEND_URL%%\?*}
  [[ $bucket == s3://* ]] || { echo "plans are kept beside the state, and $PULUMI_BACKEND_URL is no bucket" >&2 && return 1; }
  echo "${bucket%/}/plans/$STACK/$1"
}

# When an object of S3 was last written, as text that sorts, or None where it is not there; that it may not be asked is no such
# answer.
written_at() {
  local path=${1#s3://}
  aws s3api list-objects-v2 --bucket "${path%%/*}" --prefix "${path#*/}" --query 'Contents[0].LastModified' --output text
}

# Tells whoever approves what a plan means: the file $1, which is kept as $2. It goes to the log, to the summary of a
# workflow's job, and in a line to CodePipeline's question, which takes 1,000 characters.
tell_plan() {
  cat "$1"
  [[ -z ${GITHUB_STEP_SUMMARY:-} ]] || summarize "$1" "$2" >>"$GITHUB_STEP_SUMMARY"
  [[ -z ${PLANNED_FILE:-} ]] || printf '%.700s (all of it: %s)\n' "$(sed -n 3p "$1")" "$2" >"$PLANNED_FILE"
}

# As much of the file $1 as GitHub takes: of a summary above 1 MiB it shows nothing at all.
# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
summarize() {
  local most=1000000
  head -c "$most" "$1"
  # shellcheck disable=SC2016
  [[ $(wc -c <"$1") -le $most ]] || printf '\n```\n\nThe rest is too long for a summary; all of it: %s\n' "$2"
}

# Stack files are previewed in an account of stand-ins; where the stack's own images are is the caller's.
registry_in() {
  echo "$2.dkr.ecr.$1.amazonaws.com"
}

# The digest of an image, or nothing where it is not there; that it may not be asked for is no such answer.
digest_of() {
  local found errors
  errors=$(mktemp)
  if ! found=$(aws ecr describe-images --registry-id "$1" --region "$2" --repository-name "$3" --image-ids "$4" \
    --query 'imageDetails[0].imageDigest' --output text 2>"$errors"); then
    grep --quiet --extended-regexp '(Image|Repository)NotFoundException' "$errors" || { cat "$errors" >&2 && return 1; }
    found=''
  fi
  rm "$errors"
  [[ $found == None ]] || echo "$found"
}

log_in() {
  aws ecr get-login-password --region "$1" | docker login --username AWS --password-stdin "$2"
}

# Asks every 15 seconds until a command succeeds: within SECONDS WHAT COMMAND…; fails when it has not by then. A command
# that cannot be asked has to exit: its failure means "not yet".
within() {
  local seconds=$1 what=$2 waited
  shift 2
  for ((waited = 0; waited <= seconds; waited += 15)); do
    if "$@"; then return; fi
    sleep 15
  done
  echo "$what: not done after $seconds seconds" >&2
  return 1
}

# Fetches $1/$2 into the folder $3, as the line about it in $1/$4 says that it was released.
released() {
  curl --fail --silent --location --retry 3 --output "$3/$2" "$1/$2"
  curl --fail --silent --location --retry 3 --output "$3/checksums" "$1/$4"
  (cd "$3" && grep " $2\$" checksums | sha256sum --check --strict)
}

machine() {
  [[ $(uname -m) == x86_64 ]] && echo amd64 || echo arm64
}

install_kubectl() {
  local base
  base="https://dl.k8s.io/release/$(curl --fail --silent --location "https://dl.k8s.io/release/stable-$1.txt")"
  base="$base/bin/linux/$(machine)/kubectl"
  mkdir -p "$HOME/.local/bin"
  curl --fail --silent --location --retry 3 --output "$HOME/.local/bin/kubectl" "$base"
  echo "$(curl --fail --silent --location "$base.sha256")  $HOME/.local/bin/kubectl" | sha256sum --check --strict
  chmod +x "$HOME/.local/bin/kubectl"
}

# Brings one program of a release's archive: the address, the archive, its checksums, how many folders it lies in, its name there.
bring() {
  local folder
  folder=$(mktemp -d)
  released "$1" "$2" "$folder" "$3"
  mkdir -p "$HOME/.local/bin"
  tar --extract --gzip --file "$folder/$2" --directory "$HOME/.local/bin" --strip-components "$4" --wildcards "$5"
  rm -r "$folder"
}

# GitHub's own CLI, for builds of CodeBuild; jobs of a workflow have it.
install_gh() {
  local version=2.102.0
  bring "https://github.com/cli/cli/releases/download/v$version" "gh_${version}_linux_$(machine).tar.gz" "gh_${version}_checksums.txt" \
    2 '*/bin/gh'
}

# Helm 3, which Pulumi's provider installs charts with. https://github.com/helm/helm/releases
install_helm() {
  local archive
  archive="helm-v3.21.4-linux-$(machine).tar.gz"
  bring "https://get.helm.sh" "$archive" "$archive.sha256sum" 1 '*/helm'
}

# Whether there is a kubectl within one minor of a cluster's version: for no other does Kubernetes answer, and images of
# CodeBuild bring whichever was new. https://kubernetes.io/releases/version-skew-policy/#kubectl
kubectl_fits() {
  local own
  command -v kubectl >/dev/null || return 1
  own=$(kubectl version --client --output json | jq --raw-output '.clientVersion.minor | rtrimstr("+")')
  ((own - ${1#*.} <= 1 && ${1#*.} - own <= 1))
}

# Lets kubectl speak to a cluster by its name, in the version of the cluster where there is none that fits it.
kubectl_for() {
  local version
  version=$(aws eks describe-cluster --name "$1" --query cluster.version --output text)
  kubectl_fits "$version" || install_kubectl "$version"
  aws eks update-kubeconfig --name "$1" >/dev/null
}
