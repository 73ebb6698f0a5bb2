#!/usr/bin/env bash
# Install what a Slurm of one node needs, where that is missing and can be had: as root on Debian.
# Elsewhere say so and go on: the tests are then skipped, with the reason.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
missing() { for name in "$@"; do command -v "$name" > /dev/null || return 0; done; return 1; }

# Part of a Slurm means that this machine belongs to a cluster: not ours to complete.
if missing munged slurmctld slurmd; then
    for name in munged slurmctld slurmd srun; do
        if command -v $name > /dev/null; then
            echo "Part of a Slurm ($name) is installed here, so nothing is added to it." >&2
            exit 0
        fi
    done
    packages=(munge slurm-wlm)
else
    packages=()
fi
missing slurmdbd && packages+=(slurmdbd)
missing mariadbd mariadb mariadb-install-db && packages+=(mariadb-server-core mariadb-client-core)
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
if ! { apt-get "${quiet[@]}" update &&
    apt-get "${quiet[@]}" install -y --no-install-recommends "${packages[@]}"; } > /dev/null; then
    echo "Slurm could not be installed (see above)." >&2
fi
