// QuickJS, compiled to wasm: the package quickjs-emscripten, one of the project's development dependencies.
// It has no timers, no console, no text decoder, and a small stack.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getQuickJS } from 'quickjs-emscripten';
import { projectRoot } from '../data.ts';
import type { Loaded } from './build.ts';
import type { Report } from './subset/types.ts';

export function quickJSVersion(): string {
  const path = join(projectRoot, 'node_modules/quickjs-emscripten/package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

export async function runInQuickJS({ engine, subset }: Loaded): Promise<Report> {
  const runtime = (await getQuickJS()).newRuntime();
  const context = runtime.newContext();
  let told = '';
  const tell = context.newFunction('tell', (text) => {
    told = context.getString(text);
  });
  context.setProp(context.global, 'tell', tell);
  tell.dispose();
  const evaluate = (code: string, name: string): void => context.unwrapResult(context.evalCode(code, name)).dispose();
  evaluate(engine, 'wasmi-ts.js');
  evaluate(subset, 'subset.js');
  const main = `subset.runSubset(wasmiTs.WebAssembly, subsetData).then(
      (report) => tell(JSON.stringify(report)), (error) => tell('failed: ' + error + error.stack));`;
  evaluate(main, 'main.js');
  runtime.executePendingJobs().unwrap();
  // Not disposed of: after an error that aborts the whole program, in place of the error. The process ends soon anyway.
  if (!told.startsWith('{')) throw new Error(told);
  return JSON.parse(told) as Report;
}
