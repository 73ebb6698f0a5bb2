#!/usr/bin/env bash
# Install what a Slurm of one node needs, where that is missing and can be had: as root on Debian.
# Elsewhere say so and go on: the tests are then skipped, with the reason.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
missing() { for name in "$@"; do command -v "$name" > /dev/null || return 0; done; return 1; }

packages=()
missing munged slurmctld slurmd && packages+=(munge slurm-wlm)
missing mariadbd mariadb mariadb-install-db slurmdbd sacctmgr &&
    packages+=(slurmdbd mariadb-server-core mariadb-client-core)
[ ${#packages[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
    echo "Slurm is missing and cannot be installed: that takes root and apt-get (Debian)." >&2
    exit 0
fi
# The packages would start daemons of their own; the tests start theirs.
guard=/usr/sbin/policy-rc.d
if [ ! -e $guard ]; then
    trap 'rm -f $guard' EXIT
    printf '#!/bin/sh\nexit 101\n' > $guard
    chmod +x $guard
fi
echo "Installing ${packages[*]}"
export DEBIAN_FRONTEND=noninteractive
quiet=(-qq -o Dpkg::Use-Pty=0)
apt-get "${quiet[@]}" update > /dev/null
apt-get "${quiet[@]}" install -y --no-install-recommends "${packages[@]}" > /dev/null
