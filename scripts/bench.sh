#!/bin/sh
# `npm run bench`: all set-up, then vipd beside keepalived and ipvsadm, in User Mode Linux and natively. Takes
# about ten minutes and wants root and a quiet machine. Prints the figures and writes bench/RESULTS.md.
# `npm run bench -- NAME...`: only these figures (MEASURES in bench/guest.ts), printed and not kept.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh lab
if [ "$(id -u)" -ne 0 ]; then
  echo "bench: the native part makes network namespaces: run it as root" >&2
  exit 1
fi

out=.vitest/bench
mkdir -p "$out"
node_modules/.bin/esbuild bench/guest.ts bench/apply-once.ts bench/adverts.ts bench/advert-listener.ts \
  bench/check-process.ts bench/report.ts --bundle --platform=node --target=node20 --format=cjs \
  --outdir="$out" --out-extension:.js=.cjs --log-level=warning

test/lab/uml-run.sh -m 1536M -t 1800 node "$out/guest.cjs" "$out/guest.json" "$@"
[ $# -eq 0 ] || exit 0
node "$out/adverts.cjs" "$out/host.json"
node "$out/report.cjs" "$out/guest.json" "$out/host.json" bench/RESULTS.md
