#!/bin/sh
# Builds everything that a start needs: the native addon and one bundled file per process, into dist/.
set -eu
cd "$(dirname "$0")/.."
sh scripts/build-native.sh
node scripts/bundle.mjs
