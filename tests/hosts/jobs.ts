// One job per host: how to find it, which version it is, and how it runs the subset. Returns a Report or throws.
// Command line hosts print the report; a page and workerd are asked for it over HTTP (page.ts, workerd.ts).
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Loaded } from './build.ts';
import { installed, installedNode, installedVersion, NODES } from './install.ts';
import { runInPage, chromiumPath } from './page.ts';
import { runInQuickJS, quickJSVersion } from './quickjs.ts';
import type { Report } from './subset/types.ts';
import { runInWorkerd } from './workerd.ts';

export interface Job {
  readonly name: string;
  /** Where the host is; undefined where it is not installed. */
  readonly path: () => string | undefined;
  readonly version: (path: string) => string;
  /** Which of the bundles it loads. */
  readonly bundle: 'modern' | 'es5';
  /** Runs the subset in `folder`, which is empty at first. */
  readonly run: (path: string, loaded: Loaded, folder: string) => Promise<Report>;
}

const SECONDS = 240;

/** What a host prints, as a report. */
export function readReport(text: string): Report {
  const line = text.split('\n').find((one) => one.startsWith('{"parts"'));
  if (line === undefined) throw new Error(`no report, but: ${text.trim().slice(0, 600)}`);
  return JSON.parse(line) as Report;
}

/** The last line of the program that a command line host runs. */
function printing(print: string): string {
  return `subset.runSubset(wasmiTs.WebAssembly, subsetData).then(
    function (report) { ${print}(JSON.stringify(report)); },
    function (error) { ${print}('failed: ' + error + error.stack); });\n`;
}

/** Runs a command to its end; returns what it printed on both streams. */
function output(path: string, args: readonly string[]): Promise<string> {
  const child = spawn(path, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: SECONDS * 1000,
    killSignal: 'SIGKILL',
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (data: string) => {
      text += data;
    });
  }
  return new Promise((done) => {
    child.on('error', (error) => done(String(error)));
    child.on('close', (code, signal) => done(code === 0 ? text : `${text}\n(ended with ${code ?? signal})`));
  });
}

function commandLine(name: string, path: Job['path'], before: readonly string[], versionArgs = ['--version']): Job {
  return {
    name,
    path,
    bundle: 'modern',
    version: (found) => firstNumber(spawnSync(found, versionArgs, { encoding: 'utf8' }).stdout),
    async run(found, { engine, subset }, folder) {
      const file = join(folder, 'subset.cjs');
      writeFileSync(file, engine + subset + printing('console.log'));
      return readReport(await output(found, [...before, file]));
    },
  };
}

const firstNumber = (text: string): string => /\d+(\.\d+)+/.exec(text)?.[0] ?? '?';
const node = (): string => process.execPath;

export const JOBS: readonly Job[] = [
  commandLine('Node', node, []),
  commandLine('Node --jitless', node, ['--jitless', '--no-warnings']),
  commandLine('Node --disallow-code-generation-from-strings', node, ['--disallow-code-generation-from-strings']),
  // Its other versions; the one that runs this is above.
  ...Object.keys(NODES)
    .filter((name) => name !== `node${process.versions.node.split('.')[0]}`)
    .map((name) => commandLine(`Node ${name.slice(4)}`, () => installedNode(name), [])),
  commandLine('Bun', () => installed('bun'), ['run']),
  commandLine('Deno', () => installed('deno'), ['run']),
  {
    name: 'workerd',
    path: () => installed('workerd'),
    version: () => installedVersion('workerd'),
    bundle: 'modern',
    run: runInWorkerd,
  },
  ...(['', '--jitless'] as const).map(
    (flag): Job => ({
      name: `Chromium${flag && ` ${flag}`}, script-src 'self'`,
      path: chromiumPath,
      version: (path) => firstNumber(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout),
      bundle: 'modern',
      run: (path, loaded) => runInPage(path, flag, loaded),
    }),
  ),
  {
    name: 'QuickJS',
    path: () => 'quickjs-emscripten',
    version: quickJSVersion,
    bundle: 'modern',
    run: (_path, loaded) => runInQuickJS(loaded),
  },
  {
    name: 'Hermes',
    path: () => installed('hermes'),
    version: () => installedVersion('hermes'),
    bundle: 'es5',
    async run(path, { engineES5, subsetES5 }, folder) {
      const file = join(folder, 'subset.js');
      writeFileSync(file, engineES5 + subsetES5 + printing('print'));
      return readReport(await output(path, ['-w', '-O', file]));
    },
  },
];
