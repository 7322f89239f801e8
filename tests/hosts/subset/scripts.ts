// Scripts of the official testsuite, run in the host by the project's own runner on the engine beside it.
import { scriptEngine } from '../../../src/script/engine.ts';
import { parseScript } from '../../../src/script/parse.ts';
import { runScript } from '../../../src/script/run.ts';
import type { Tally } from './types.ts';

/** Scripts travel as characters of one byte each. */
function toBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export function runScripts(scripts: Readonly<Record<string, string>>): Tally {
  let passed = 0;
  const failures: string[] = [];
  for (const name of Object.keys(scripts)) {
    try {
      for (const { line, result, detail } of runScript(parseScript(toBytes(scripts[name])), scriptEngine())) {
        if (result === 'passed') passed++;
        else failures.push(`${name}:${line}: ${result}: ${detail}`);
      }
    } catch (error) {
      failures.push(`${name}: ${String(error)}`);
    }
  }
  return { passed, failures };
}
