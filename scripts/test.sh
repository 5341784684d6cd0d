#!/bin/sh
# `npm test` on a fresh clone: all set-up, then every test. Ends with `N passed, N failed`.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh lab
npx tsc --noEmit
npx biome check .
exec npx vitest run --reporter=default --reporter=./scripts/count-reporter.mjs
