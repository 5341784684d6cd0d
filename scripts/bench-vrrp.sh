#!/bin/sh
# `npm run bench:vrrp [-- MINUTES]`: all set-up, then vipd's VRRP beside keepalived's, natively in network namespaces.
# Takes about a quarter of an hour (MINUTES, 10 unless told, are those of its last play) and wants root and a quiet
# machine. Prints the figures and writes bench/RESULTS-VRRP.md.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh lab
if [ "$(id -u)" -ne 0 ]; then
  echo "bench: network namespaces want root" >&2
  exit 1
fi

out=.vitest/bench
mkdir -p "$out"
node_modules/.bin/esbuild bench/vrrp/main.ts bench/advert-listener.ts bench/check-process.ts --bundle \
  --platform=node --target=node20 --format=cjs --entry-names='[name]' --outdir="$out" --out-extension:.js=.cjs \
  --log-level=warning
node "$out/main.cjs" bench/RESULTS-VRRP.md "${1:-10}"
