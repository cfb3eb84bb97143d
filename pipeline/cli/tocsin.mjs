#!/usr/bin/env node
// The launcher: plain JavaScript, so that an old Node can read it and say what is wrong. It prepares the engine and
// hands over to main.ts.
import module from 'node:module';
import v8 from 'node:v8';

// Patterns come from users. Where backtracking explodes, V8 goes on with its linear engine: measured 28.9 s → 1 ms.
// The flag counts only for expressions that are built after this line.
v8.setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');

const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`tocsin needs Node 20.19 or newer; this is ${process.versions.node}\n`);
  process.exitCode = 69;
} else {
  await start();
}

async function start() {
  if (stripsTypes()) {
    silenceStrippingWarning();
    // What was compiled once is read from the folder for temporary files, as tsx does where it is needed.
    module.enableCompileCache();
  } else if (!(await registerTsx())) return;
  const { main } = await import('./main.ts');
  await main();
}

/** Node ≥ 22.18 reads our TypeScript as it is, except below node_modules. */
function stripsTypes() {
  return Boolean(process.features.typescript) && !import.meta.url.includes('/node_modules/');
}

/** Node 22 warns of its type stripping on every start; our sources keep to what it supports. */
function silenceStrippingWarning() {
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).includes('Type Stripping')) emitWarning.call(process, warning, ...rest);
  };
}

async function registerTsx() {
  try {
    const { register } = await import('tsx/esm/api');
    register();
    return true;
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    process.stderr.write('tocsin: its packages are not installed; run `npm ci` first\n');
    process.exitCode = 69;
    return false;
  }
}
