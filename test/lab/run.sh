#!/bin/bash
# Bundles a lab program (Node 20 cannot run TypeScript) and runs it where an IPVS kernel is:
#
#   test/lab/run.sh [-k uml|host] [-t SECONDS] PROGRAM.ts [ARGUMENT...]
#
# uml boots the lab's own kernel (the default); host uses this machine's, in namespaces, and wants root and ip_vs.
set -eu
kernel=uml
seconds_max=300
while getopts k:t: option; do
  case $option in
    k) kernel=$OPTARG ;;
    t) seconds_max=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
program=$1
shift

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=${here%/test/lab}
bundle=$(mktemp -d /var/tmp/vipd-bundle.XXXXXX)
trap 'rm -rf "$bundle"' EXIT
trap 'kill "$child" 2>/dev/null; wait "$child"; exit 130' INT TERM HUP
"$root/node_modules/.bin/esbuild" "$program" "$here/harness/client-agent.ts" --bundle --platform=node --target=node20 \
  --format=cjs --outdir="$bundle" --entry-names='[name]' --out-extension:.js=.cjs --log-level=warning
export LAB_ROOT=$root
main=$bundle/$(basename "$program" .ts).cjs
case $kernel in
  uml) "$here/uml-run.sh" -t "$seconds_max" node "$main" "$@" & ;;
  host) timeout --kill-after=10 "$seconds_max" node "$main" "$@" & ;;
  *) echo "run.sh: -k is uml or host" >&2; exit 2 ;;
esac
child=$!
wait "$child"
