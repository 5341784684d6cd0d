#!/bin/sh
# Writes docs/keywords.md and docs/vipd.conf.5 from the keyword tables. The unit tests fail while they lag behind.
set -eu
cd "$(dirname "$0")/.."
UPDATE=1 npx vitest run --project unit test/config/reference/generated.test.ts
