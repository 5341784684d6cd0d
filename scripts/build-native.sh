#!/bin/sh
# Builds native/build/Release/vipd.node and vipd-launch with node-gyp; does nothing when they are newer than their
# sources and were made for this version of Node. Needs g++, make and python3, and Node's headers: those beside the running
# node or those of the distribution's package (libnode-dev) are taken before node-gyp would fetch any.
set -eu
cd "$(dirname "$0")/.."

addon=native/build/Release/vipd.node
launcher=native/build/Release/vipd-launch
stamp=native/build/built-for
node_version=$(node -p 'process.version + "-" + process.arch')

if [ -f "$addon" ] && [ -x "$launcher" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$node_version" ] &&
  [ -z "$(find native/src native/binding.gyp node_modules/node-addon-api -newer "$addon" -type f)" ]; then
  exit 0
fi

missing=
for tool in g++ make python3; do
  command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
if [ -n "$missing" ]; then
  echo "build-native: missing:$missing (on Debian: apt-get install -y g++ make python3)" >&2
  exit 1
fi
if [ ! -x node_modules/.bin/node-gyp ]; then
  echo "build-native: node_modules/.bin/node-gyp is missing (run: npm ci)" >&2
  exit 1
fi

# A prefix that holds include/node, or nothing.
nodedir=$(node -p '
  const { dirname, join } = require("node:path");
  const { existsSync } = require("node:fs");
  const prefixes = [dirname(dirname(process.execPath)), "/usr"];
  prefixes.find((prefix) => existsSync(join(prefix, "include/node/node_api.h"))) ?? "";
')

echo "build-native: compiling the addon for node $node_version"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! node_modules/.bin/node-gyp rebuild -C native ${nodedir:+--nodedir="$nodedir"} >"$log" 2>&1; then
  cat "$log" >&2
  echo "build-native: node-gyp failed" >&2
  exit 1
fi
echo "$node_version" >"$stamp"
