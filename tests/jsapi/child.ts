// Runs one .any.js file in a process of its own and sends its parent the results: child.ts FILE SUITE ENGINE.
// ENGINE is `jsapi`, our namespace as the global WebAssembly, `reflection`, the same with type reflection, or `native`.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { finished, installHarness, soFar, type Subtest } from './harness.ts';

/** What is sent: the results, and what ended the file early if anything did. */
export interface FileResult {
  readonly subtests: readonly Subtest[];
  readonly crash?: string;
}

const [file, suite, engine] = process.argv.slice(2);

function send(result: FileResult): void {
  process.send?.(result, () => process.exit(0));
}

function load(path: string): void {
  runInThisContext(readFileSync(path, 'utf8'), { filename: path });
}

async function main(): Promise<void> {
  if (engine !== 'native') {
    const { namespace, enableTypeReflection } = await import('../../src/jsapi/index.ts');
    if (engine === 'reflection') enableTypeReflection();
    Object.defineProperty(globalThis, 'WebAssembly', { value: namespace, writable: true, configurable: true });
  }
  Object.defineProperty(globalThis, 'self', { value: globalThis, writable: true, configurable: true });
  installHarness();
  try {
    for (const [, script] of readFileSync(file, 'utf8').matchAll(/^\/\/ META: script=(\S+)/gm)) {
      load(script.startsWith('/wasm/jsapi/') ? join(suite, script.slice(12)) : join(dirname(file), script));
    }
    load(file);
  } catch (error) {
    await finished();
    send({ subtests: soFar(), crash: String(error) });
    return;
  }
  send({ subtests: await finished() });
}

process.on('uncaughtException', (error) => send({ subtests: soFar(), crash: String(error) }));
// Some tests leave promises behind that nobody looks at.
process.on('unhandledRejection', () => undefined);
void main();
