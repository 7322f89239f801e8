// What was measured on and with: machine, date, versions.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { cpus, release, totalmem, type } from 'node:os';
import { projectRoot } from '../tests/data.ts';
import type { Places } from './players.ts';

export interface Machine {
  readonly cpu: string;
  readonly memory: string;
  readonly system: string;
  readonly node: string;
  /** As YYYY-MM-DD. */
  readonly date: string;
  /** Ours: the commit of the working folder, `+` where files are changed. */
  readonly commit: string;
  /** Engine -> version. */
  readonly engines: Readonly<Record<string, string>>;
}

export function describeMachine(places: Places, engines: readonly string[]): Machine {
  return {
    cpu: `${cpus()[0]?.model.trim()}, ${cpus().length} cores`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release().split('-')[0]}`,
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    engines: Object.fromEntries(engines.map((name) => [name, version(name, places)])),
  };
}

function run(command: string, args: readonly string[]): string {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    return execFileSync(command, [...args], { cwd: projectRoot, encoding: 'utf8', stdio }).trim();
  } catch {
    return '';
  }
}

function commit(): string {
  const id = run('git', ['rev-parse', '--short', 'HEAD']);
  return id === '' ? 'no commit' : `${id}${run('git', ['status', '--porcelain', '--', 'src']) === '' ? '' : '+'}`;
}

function version(engine: string, places: Places): string {
  if (engine === 'native') return `V8 ${process.versions.v8}`;
  if (engine === 'prototype') return '';
  if (engine === 'wasm3' || engine === 'toywasm') {
    // wasm3: "Wasm3 v0.9.0 on x86_64\nBuild: date, compiler"; toywasm: "toywasm v1\n__clang_version__ = ...".
    const text = run(places[engine], ['--version']);
    // Built from an archive, toywasm does not know its version.
    const number = /^\w+ (\S+)/.exec(text)?.[1].replace('unknown', '') ?? '';
    const compiler = /GCC [\d.]+|clang_version__ = [\d.]+/i.exec(text)?.[0].replace('clang_version__ =', 'clang') ?? '';
    return `${number} ${compiler}`.trim();
  }
  const require = createRequire(import.meta.url);
  return (require(`${projectRoot}/node_modules/${engine}/package.json`) as { version: string }).version;
}
