#!/bin/sh
# `npm run demo`: set-up, build, and the play. Arguments go to it: --daemon keepalived plays it with the original.
#
# The play needs a kernel with IPVS. Root on a machine whose own kernel has ip_vs gets it in namespaces of that kernel; anyone else
# gets a User Mode Linux. LAB_KERNEL=uml or LAB_KERNEL=host decides otherwise.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh lab

has_ipvs() {
  [ "$(id -u)" -eq 0 ] && { [ -e /proc/net/ip_vs ] || modprobe -q ip_vs 2>/dev/null; } &&
    unshare --net --mount --uts true 2>/dev/null
}
kernel=${LAB_KERNEL:-}
[ -n "$kernel" ] || { has_ipvs && kernel=host || kernel=uml; }
case $kernel in
  uml) echo "demo: boots a User Mode Linux; the play lasts about two minutes" ;;
  *) echo "demo: uses namespaces of this machine's kernel; the play lasts about two minutes" ;;
esac

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then LAB_COLOURS=1; else LAB_COLOURS=0; fi
export LAB_COLOURS
exec test/lab/run.sh -k "$kernel" -t 300 demo/main.ts "$@"
