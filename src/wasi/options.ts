// What the options of WASI and of its `run` have to be, and what else its methods are given. The interfaces stand where they are used: index.ts, program.ts.
import { DEADLINE } from '../clock.ts';
import {
  bound,
  callable,
  type Check,
  either,
  having,
  isBytes,
  listOf,
  pairs,
  record,
  recordOf,
  type Shape,
  shapeOf,
  text,
  whole,
} from '../options.ts';
import { directory, isPieceSource, mode } from './host/checks.ts';
import type { WasiOptions } from './index.ts';
import { FUEL } from '../runtime/fuel.ts';
import { limits } from '../runtime/limits.ts';
import { needsHost, streamOfHost } from './messages.ts';
import type { ProgramOptions } from './program.ts';

export const checkEngine: Check = having('an engine, as wasmi-ts exports one', 'beginInstantiate()', 'yieldToHost()');
export const checkCompiled: Check = having('a compiled module', 'module');
export const checkBound: Check = having('an object', 'memory');

/** An instance of any engine. */
export const checkInstance: Check = (value, where) => {
  const { exports } = having('an instance', 'exports')(value, where) as { exports: unknown };
  having('an object')(exports, `${where}: exports`);
  return value;
};

const preopened: Check = (value, where) => {
  if (typeof value === 'string') throw new TypeError(`${where}: ${needsHost(value, 'nodeDirectory')}`);
  return directory(value, where);
};

function stream(helper: string, otherwise: Check): Check {
  return (value, where) => {
    if (typeof value === 'number') throw new TypeError(`${where}: ${needsHost(value, helper)}`);
    return otherwise(value, where);
  };
}

const isFunction = (value: unknown): boolean => typeof value === 'function';

const output = stream(
  'outputToFd',
  either(isFunction, (value, where) => {
    const isObject = typeof value === 'object' && value !== null;
    if (isObject && 'write' in value && !('subscribe' in value)) throw new TypeError(`${where} ${streamOfHost()}`);
    return having(
      'a function that is given the bytes, or an OutputStream',
      'write()',
      'ready()',
      'subscribe()',
    )(value, where);
  }),
);

/** Text, bytes, a stream, or what gives pieces one after the other. */
const input = stream('inputFromFd', (value, where) => {
  if (typeof value === 'string' || isBytes(value)) return value;
  const what = 'a text, a Uint8Array, an iterable of pieces, a readable stream or an InputStream';
  const isStream = typeof value === 'object' && value !== null && 'subscribe' in value;
  if (!isStream && isPieceSource(value)) return value;
  return having(what, 'read()', 'available()', 'ready()', 'subscribe()')(value, where);
});

export const WASI_OPTIONS: Shape<WasiOptions> = {
  args: listOf(text),
  env: pairs(text),
  preopens: pairs(preopened),
  listeners: listOf(having('a Listener', 'accept()', 'ready()', 'subscribe()', 'close()')),
  stdin: input,
  stdout: output,
  stderr: output,
  clock: having('a Clock', 'realtime()', 'monotonic()', 'schedule()', 'sleepSync()'),
  random: having('a Random', 'fill()'),
  mode,
  limits,
  strace: callable,
};

export const PROGRAM_OPTIONS: Shape<ProgramOptions> = {
  imports: recordOf(record),
  scheduler: shapeOf<NonNullable<ProgramOptions['scheduler']>>({
    seed: whole('a seed', -Number.MAX_SAFE_INTEGER),
    slice: whole('a number of units of fuel', 1),
  }),
  maxMemoryBytes: bound('a number of bytes'),
  fuel: FUEL,
  signal: having('an AbortSignal', 'aborted'),
  deadline: DEADLINE,
};
