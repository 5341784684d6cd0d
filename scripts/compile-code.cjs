// Runs `vipd -t` on a sample and keeps the code that V8 compiled meanwhile, for bin/compiled-code.cjs. Started by bundle.mjs
// with the flags of bin/vipd, since V8 takes compiled code only under those that it was made with.
const { writeFileSync } = require('node:fs');
const { install } = require('../bin/compiled-code.cjs');

const scripts = [];
install((script, file) => scripts.push({ script, file }));
process.on('exit', () => {
  for (const { script, file } of scripts) writeFileSync(file, script.createCachedData());
});
require('../dist/vipd.cjs');
