#!/bin/sh
# `npm run corpus -- FOLDER`: vipd's verdict beside keepalived's on the files of a folder (see test/corpus/run.ts).
set -eu
caller=$PWD
cd "$(dirname "$0")/.."
out=.vitest/corpus
mkdir -p "$out"
node_modules/.bin/esbuild test/corpus/run.ts --bundle --platform=node --target=node20 --format=cjs \
  --outdir="$out" --out-extension:.js=.cjs --log-level=warning
folder=${1:?usage: npm run corpus -- FOLDER}
cd "${INIT_CWD:-$caller}"
exec node "$OLDPWD/$out/run.cjs" "$folder"
