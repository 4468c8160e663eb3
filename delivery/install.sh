#!/usr/bin/env bash
# Installs the virtualenv, and Pulumi's CLI in the version of the Python package, checked against the release's checksums.
set -euo pipefail

make setup
version=$(sed -n 's/^pulumi==\([0-9.]*\).*/\1/p' requirements.txt)
case $(uname -m) in
  aarch64 | arm64) architecture=arm64 ;;
  *) architecture=x64 ;;
esac
archive="pulumi-v${version}-linux-${architecture}.tar.gz"
release="https://github.com/pulumi/pulumi/releases/download/v${version}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

curl --fail --silent --show-error --location --retry 3 --output "$folder/$archive" "$release/$archive"
curl --fail --silent --show-error --location --retry 3 --output "$folder/checksums" "$release/pulumi-${version}-checksums.txt"
(cd "$folder" && grep " ${archive}\$" checksums | sha256sum --check --strict)
mkdir -p "$HOME/.local/bin"
tar --extract --gzip --file "$folder/$archive" --directory "$HOME/.local/bin" --strip-components 1
