// Which error ends with which exit code: one table, complete for every error class of src, with 70 for bugs of ours alone.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CliError, EXIT, exitCodeOf, judged, UsageError } from '../../src/cli/failure.ts';
import {
  ExhaustionError,
  ExitStatus,
  InternalError,
  Interrupted,
  InvalidError,
  LinkError,
  MalformedError,
  Trap,
  UnsupportedError,
} from '../../src/errors.ts';
import { tagOf, WasmException } from '../../src/index.ts';
import { SystemError } from '../../src/wasi/index.ts';
import { projectRoot } from '../data.ts';

/** Every class of errors that reaches a command, with the code that it has to give. */
const CLASSES = new Map<string, readonly [error: Error, code: number][]>([
  [
    'ExitStatus',
    [
      [new ExitStatus(0), 0],
      [new ExitStatus(3), 3],
      [new ExitStatus(70), 70],
    ],
  ],
  ['CliError', [[new CliError('x'), EXIT.failed]]],
  ['UsageError', [[new UsageError('x'), EXIT.usage]]],
  ['MalformedError', [[new MalformedError('x'), EXIT.failed]]],
  ['InvalidError', [[new InvalidError('x'), EXIT.failed]]],
  ['LinkError', [[new LinkError('x'), EXIT.failed]]],
  ['SystemError', [[new SystemError('NOENT'), EXIT.failed]]],
  ['UnsupportedError', [[new UnsupportedError('gc', 'x'), EXIT.trap]]],
  ['Trap', [[new Trap('unreachable'), EXIT.trap]]],
  ['ExhaustionError', [[new ExhaustionError('x'), EXIT.trap]]],
  ['WasmException', [[new WasmException(tagOf([])), EXIT.trap]]],
  [
    'Interrupted',
    [
      [new Interrupted('fuel', 'x'), EXIT.fuel],
      [new Interrupted('deadline', 'x'), EXIT.timeout],
      [new Interrupted('abort', 'x'), EXIT.timeout],
    ],
  ],
  ['InternalError', [[new InternalError('x'), EXIT.internal]]],
]);

/** Classes that cannot reach a command as they are. */
const ELSEWHERE = new Map([
  ['WasmError', 'abstract'],
  ['StoppedError', 'abstract'],
  ['Stuck', 'of fuzz, which tells it as a finding'],
  ['Pending', 'of awaited directories, which catch it'],
  ['Unread', 'of commands that print much, which catch it'],
  ['RoutesError', 'of serve, which tells it with the module'],
  ['Refusal', 'of serve, which answers the client with it'],
  ['OwnError', 'of system calls, which return its number to the guest'],
  ['ThreadExit', 'of guest threads that end themselves, whose family catches it'],
  ['OciError', 'of oci, which tells it with the folder'],
]);

function errorClasses(): string[] {
  const src = join(projectRoot, 'src');
  const files = (readdirSync(src, { recursive: true }) as string[]).filter((file) =>
    /(?<!\.test|\.suite)\.ts$/.test(file),
  );
  const sources = files
    // Classes of the JavaScript API and of test tools are for programs that use them, not for commands.
    .filter((file) => !/^(jsapi|testing|script)[/\\]/.test(file))
    .map((file) => readFileSync(join(src, file), 'utf8'));
  return sources.flatMap((source) =>
    [...source.matchAll(/\bclass (\w+) extends (?:\w*Error|Interrupted|Trap)\b/g)].map((found) => found[1]),
  );
}

describe('exit codes', () => {
  test('every error class has one', () => {
    const found = errorClasses();
    expect(found).toEqual(expect.arrayContaining(['Trap', 'UsageError', 'SystemError']));
    expect(found.filter((name) => !CLASSES.has(name) && !ELSEWHERE.has(name))).toEqual([]);
  });

  test.each([...CLASSES].flatMap(([name, cases]) => cases.map(([error, code]) => [name, error, code] as const)))(
    'of %s: $1.message is %s',
    (_name, error, code) => {
      expect(judged(error)).toBe(error);
      expect(exitCodeOf(error)).toBe(code);
    },
  );

  test('70 is for InternalError alone', () => {
    const errors = [...CLASSES.values()].flatMap((cases) => cases.map(([error]) => error));
    const internal = errors.filter((error) => !(error instanceof ExitStatus) && exitCodeOf(error) === 70);
    expect(internal.map(({ name }) => name)).toEqual(['InternalError']);
  });

  test.each([
    [
      'the machine says something about a file',
      Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }),
      'no space left on device',
      1,
    ],
    [
      'V8 has no room for an array',
      new RangeError('Array buffer allocation failed'),
      'out of memory: Array buffer allocation failed',
      1,
    ],
    ['V8 has no room for a text', new RangeError('Invalid string length'), 'out of memory: Invalid string length', 1],
    [
      'something is wrong in wasmi-ts',
      new TypeError('x is not a function'),
      'internal error: TypeError: x is not a function (this is a bug in wasmi-ts; please report it with the module)',
      70,
    ],
    [
      'something that is no error is thrown',
      5,
      'internal error: Error: a value that is no error (this is a bug in wasmi-ts; please report it with the module)',
      70,
    ],
  ])('where %s, the message says it', (_what, thrown, message, code) => {
    const error = judged(thrown);
    expect([error.message, exitCodeOf(error)]).toEqual([message, code]);
    if (thrown instanceof Error) expect(error instanceof InternalError ? error.stack : thrown.stack).toBe(thrown.stack);
  });
});
