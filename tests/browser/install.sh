#!/usr/bin/env bash
# Install Debian's chromium where it is missing and can be had: as root on Debian.
# Elsewhere say so and go on: the tests are then skipped, with the reason.
set -euo pipefail
for name in chromium chromium-browser google-chrome; do
    command -v $name > /dev/null && exit 0
done
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
    echo "Chromium is missing and cannot be installed: that takes root and apt-get (Debian)." >&2
    exit 0
fi
echo "Installing chromium"
export DEBIAN_FRONTEND=noninteractive
quiet=(-qq -o Dpkg::Use-Pty=0)
if ! { apt-get "${quiet[@]}" update &&
    apt-get "${quiet[@]}" install -y --no-install-recommends chromium; } > /dev/null; then
    echo "Chromium could not be installed (see above)." >&2
fi
