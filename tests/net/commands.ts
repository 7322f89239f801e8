// Command lines on odd modules, and the streams that they run with. Every case ends by itself: where something may wait
// or go round for ever, the command line has fuel and a time.
import { oddModule } from './modules.ts';
import type { Random } from './random.ts';

/** What standard input is. */
export type Input = 'empty' | 'text' | 'open' | 'fails' | 'directory' | 'closed';
/** What standard output or standard error is. */
export type Output = 'taken' | 'full disk' | 'no reader' | 'slow' | 'closed';

export interface Case {
  readonly seed: number;
  /** The main module and one that it may be linked with, as texts. */
  readonly module: string;
  readonly library: string;
  /** MODULE, LIBRARY, FOLDER, TARGET stand for paths: of the files, an existing folder, one that is not there yet. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
}

/** What bounds a case. */
const BOUNDS = ['--fuel', '3000', '--timeout', '300ms', '--max-memory', '1MiB'];

const OPTIONS: readonly (readonly string[])[] = [
  ['--dir', 'FOLDER'],
  ['--dir', 'FOLDER::1:ro', '--mapdir', '/y:FOLDER'],
  ['--mapdir', '__proto__:FOLDER'],
  ['--env', 'A=1'],
  ['--env-inherit'],
  ['--invoke', 'f'],
  ['--module', 'lib=LIBRARY'],
  ['--module', 'env=LIBRARY'],
  ['--module', '__proto__=LIBRARY'],
  ['--module', 'lib=-'],
  ['--listen', '127.0.0.1:0'],
  ['--thread-seed', '1'],
  ['--unknown-imports', 'trap'],
  ['--unknown-imports', 'trap'],
  ['--unknown-imports', 'default'],
  ['--unknown-imports', 'default'],
  ['--loop', 'closures'],
  ['--loop', 'switch'],
  ['--stats'],
  ['--strace'],
  ['--trace'],
  ['--trace=calls,wasi', '--trace-limit', '5'],
  ['--trace', '--trace-format', 'json'],
  ['--trace', '--trace-out', 'TARGET'],
  ['--trace', '--trace-out', '/dev/full'],
  ['--trace', '--trace-filter', '*'],
  ['-W', 'all'],
  ['-W', '-gc'],
];

/** Those that are refused, or that no program has anything of. */
const WRONG_OPTIONS: readonly (readonly string[])[] = [
  ['--dir', 'FOLDER::/x', '--dir', 'FOLDER::/x'],
  ['--dir', 'MODULE'],
  ['--dir', ''],
  ['--env', '__proto__=x', '--env', 'toString'],
  ['--env', '=', '--env', '2=x', '--env', '1=y'],
  ['--invoke', '__proto__'],
  ['--invoke', 'memory'],
  ['--invoke', ''],
  ['--module', 'lib=LIBRARY', '--module', 'lib=LIBRARY'],
  ['--module', 'wasi_snapshot_preview1=LIBRARY'],
  ['--module', 'lib=MISSING'],
  ['--listen', '127.0.0.1:99999'],
  ['--thread-seed', '1e9'],
  ['--unknown-imports', 'constructor'],
  ['-W', 'custom-page-sizes=constructor'],
  ['-W', 'toString'],
  ['--max-memory', '1constructor'],
  ['--fuel', '1'],
  ['--no-such-option'],
];

const ARGUMENTS = [
  '1',
  '-5',
  '0x10',
  '1.5',
  'nan:0x1',
  '-0',
  'null',
  'i32x4 1 2 3 4',
  'x',
  '',
  '99999999999',
  '--',
  '\\',
];

const OTHERS: readonly (readonly string[])[] = [
  ['wat', 'MODULE'],
  ['wat', '--no-names', 'LIBRARY'],
  ['wat', 'MODULE', '-o', 'TARGET'],
  ['wat', 'MODULE', '-o', '/dev/full'],
  ['parse', 'MODULE', '-o', 'TARGET'],
  ['parse', 'MODULE', '-o', '-'],
  ['parse', '-', '-o', '/dev/null'],
  ['objdump', 'MODULE'],
  ['objdump', '-d', 'MODULE', 'LIBRARY'],
  ['validate', '-v', 'MODULE', 'LIBRARY'],
  ['validate', 'MODULE', 'MISSING', 'FOLDER'],
  ['wast', 'MODULE'],
  ['wast', '-v', 'LIBRARY'],
  ['help', 'run'],
  ['help', '__proto__'],
  ['--version'],
  ['--help'],
  ['toString'],
  ['MISSING'],
  ['FOLDER'],
  [...BOUNDS, '-'],
  [],
];

const INPUTS: readonly Input[] = ['empty', 'empty', 'text', 'open', 'fails', 'directory', 'closed'];
const OUTPUTS: readonly Output[] = ['taken', 'taken', 'taken', 'full disk', 'no reader', 'slow', 'closed'];

/** The case of a seed. */
export function caseOf(seed: number, random: Random): Case {
  const run = (): string[] => [
    ...(random.chance(30) ? [random.pick(['run', 'run', 'trace'])] : []),
    ...BOUNDS,
    ...random.some(random.chance(50) ? 1 : 3, () => random.pick(random.chance(90) ? OPTIONS : WRONG_OPTIONS)).flat(),
    'MODULE',
    ...random.some(2, () => random.pick(ARGUMENTS)),
  ];
  const texts = { module: oddModule(random), library: oddModule(random) };
  const args = random.chance(80) ? run() : [...random.pick(OTHERS)];
  const env: Record<string, string> = random.chance(20) ? { constructor: 'x', A: '\ud800', '2': 'b', '1': 'a' } : {};
  const stdin = random.pick(INPUTS);
  // Who reads a module from an input that never ends waits for it for ever, as asked.
  const isModule = args.some((arg) => /^(lib=)?-$/.test(arg));
  return {
    seed,
    ...texts,
    args,
    env,
    stdin: isModule && stdin === 'open' ? 'text' : stdin,
    stdout: random.pick(OUTPUTS),
    stderr: random.pick(OUTPUTS),
  };
}

/** The arguments with paths in their places. */
export function withPaths(args: readonly string[], paths: Readonly<Record<string, string>>): string[] {
  return args.map((arg) => arg.replace(/MODULE|LIBRARY|FOLDER|TARGET|MISSING/g, (name) => paths[name]));
}

/** What no case may print or end with; undefined where all is well. */
export function complaint(exitCode: number, printed: string): string | undefined {
  if (!Number.isInteger(exitCode) || exitCode < 0 || exitCode > 0xffff_ffff) return `exit code ${exitCode}`;
  if (exitCode === 70) return 'exit code 70';
  if (exitCode === 13) return 'exit code 13, which Node gives where nothing is left to wait for';
  const bad =
    /internal error: |\(this is a bug in wasmi-ts|^ {4}at .*[(:/]|Cannot (?:read|set|mix|convert)|is not a function/m.exec(
      printed,
    );
  return bad === null ? undefined : `it printed ${JSON.stringify(bad[0])}`;
}
