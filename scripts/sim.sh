#!/bin/sh
# `npm run sim -- --seeds 10000`: the simulator as a program (see --help). A large young generation halves what collecting
# garbage costs it.
set -eu
cd "$(dirname "$0")/.."
out=.vitest/sim
mkdir -p "$out"
node_modules/.bin/esbuild src/bin/sim.ts --bundle --platform=node --target=node20 --format=cjs \
  --outfile="$out/sim.cjs" --log-level=warning
exec node --max-semi-space-size=64 "$out/sim.cjs" "$@"
