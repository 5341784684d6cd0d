// Beside each bundle of dist/ lies the code that V8 compiled from it when it was built (`X.cjs.code`). A start that finds it
// compiles nothing, which is half of what it costs beyond Node's own start. V8 refuses what another version or other flags
// have made, and then compiles as ever.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname } = require('node:path');
const { Script } = require('node:vm');

/** From now on bundles are loaded with their compiled code; `loaded` is told of each script and where its code belongs. */
exports.install = (loaded = () => {}) => {
  const withoutCode = Module._extensions['.js'];
  Module._extensions['.cjs'] = (module, filename) => {
    const code = `${filename}.code`;
    const cachedData = bytesOf(code);
    if (cachedData === undefined && loaded.length === 0) return withoutCode(module, filename);
    // bundles are ASCII: esbuild escapes the rest
    const script = new Script(Module.wrap(readFileSync(filename, 'latin1')), { filename, cachedData });
    loaded(script, code);
    const require = Module.createRequire(filename);
    return script.runInThisContext().call(module.exports, module.exports, require, module, filename, dirname(filename));
  };
};

function bytesOf(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
