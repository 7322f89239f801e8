// Guests that are begun again and again until a deadline, or an aborted signal, ends them, in each way that there is to call
// one: how late that is, and how long a timer of 5 ms beside them waits. In CPU time, since a busy machine makes the gaps
// of the clock longer.
import { setTimeout as sleep } from 'node:timers/promises';
import { compile, engine, type Instance, instantiate } from '../../src/index.ts';
import { createWebAssembly } from '../../src/jsapi/index.ts';
import { runScript } from '../../src/script/run.ts';
import { scriptEngine } from '../../src/script/engine.ts';
import { parseScript } from '../../src/script/parse.ts';
import { assemble } from '../../src/text/index.ts';
import { memoryDirectory, overlay, WASI } from '../../src/wasi/index.ts';
import { now, within } from '../../src/clock.ts';
import { besideTimer } from '../turns.ts';
import { invokeAsync } from '../../src/interpreter/threads/invoke.ts';
import { guestNamed, guestNames } from './guests.ts';
import { BOUNDS, type Figure, many, type Part, type Settings } from './part.ts';
import { STRING_LOOPS, stringLoop } from './strings.ts';
import { GUESTS } from './turns.ts';

const MILLISECONDS = 300;

/** Does something until a moment; begins again what ends before. */
type Until = (deadline: number) => Promise<unknown>;

const HOST = {
  nothing: () => undefined,
  many: () => new Array(100).fill(1),
  short: () => undefined,
  long: () => undefined,
  settled: async () => undefined,
};
const LIMITS = { memoryBytes: 512 * 1024 * 1024 };

/** Calls again what has ended, also in an error that is the guest's. */
async function again(deadline: number, call: () => unknown): Promise<void> {
  while (Date.now() < deadline) {
    try {
      await call();
    } catch (error) {
      if ((error as { name?: unknown }).name === 'Interrupted') throw error;
    }
    await sleep(0);
  }
}

function load(bytes: Uint8Array): Instance {
  return instantiate(compile(bytes), { host: HOST, ...new WASI().imports } as never, {
    limits: LIMITS,
  });
}

/** What is used of the JavaScript API. */
interface Namespace {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
  promising(func: unknown): () => Promise<unknown>;
}

/** Ways to call `f` of a guest. */
const WAYS: Readonly<Record<string, (bytes: Uint8Array) => Until>> = {
  'callAsync with a deadline': (bytes) => {
    const instance = load(bytes);
    return (deadline) => again(deadline, () => instance.callAsync('f', [], { deadline }));
  },
  'callAsync with a signal': (bytes) => {
    const instance = load(bytes);
    return async (deadline) => {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), deadline - Date.now());
      try {
        await again(deadline, () => instance.callAsync('f', [], { signal: stop.signal }));
      } catch (error) {
        if (!stop.signal.aborted) throw error;
      }
    };
  },
  'a promising export': (bytes) => {
    let moment = Number.POSITIVE_INFINITY;
    const own = createWebAssembly({ deadline: () => moment, limits: LIMITS }) as never as Namespace;
    const { exports } = new own.Instance(new own.Module(bytes), {
      host: HOST,
      ...new WASI().imports,
    } as never);
    const call = own.promising(exports['f']);
    return (deadline) => {
      moment = deadline;
      return again(deadline, call);
    };
  },
};

const WASI1 = (name: string, params: string): string =>
  `(import "wasi_snapshot_preview1" "${name}" (func $${name} (param ${params}) (result i32)))`;
const OPEN = WASI1('path_open', 'i32 i32 i32 i32 i32 i64 i64 i32 i32');
const started = (body: string): string => `(func (export "_start") (loop $again ${body} (br $again)))`;
const opened = (
  body: string,
): string => `${OPEN} (memory (export "memory") 200) (data (i32.const 256) "file") (data (i32.const 300) "${many(400, 'd/')}") (data (i32.const 1200) ".")
  ${started(body)}`;

/** A directory in memory: a file of 20 MB, 100,000 entries, and 400 directories in one another. */
function inMemory() {
  const entries = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`entry ${i}`, '']));
  let deep = {};
  for (let i = 0; i < 400; i++) deep = { d: deep };
  return memoryDirectory({ ...entries, ...deep, file: new Uint8Array(20_000_000) }, {
    bytes: 1e9,
    nodes: 1e6,
  } as never);
}

const open = (at: number, length: number, flags: number): string =>
  `(drop (call $path_open (i32.const 3) (i32.const 0) (i32.const ${at}) (i32.const ${length}) (i32.const ${flags}) (i64.const 0x1fffffff) (i64.const 0x1fffffff) (i32.const 0) (i32.const 512)))`;
const close = '(drop (call $fd_close (i32.load (i32.const 512))))';
const CLOSE = WASI1('fd_close', 'i32');
const parts = (bytes: number): string =>
  `(i32.store (i32.const 600) (i32.const 70000)) (i32.store (i32.const 604) (i32.const ${bytes}))`;

/** Programs on files in memory. */
const FILES: Readonly<Record<string, string>> = {
  'listings of 100,000 names': `${WASI1('fd_readdir', 'i32 i32 i32 i64 i32')} ${CLOSE} ${opened(`${open(1200, 1, 2)} (drop (call $fd_readdir (i32.load (i32.const 512)) (i32.const 70000) (i32.const 9000000) (i64.const 0) (i32.const 520))) ${close}`)}`,
  'listings of 100,000 names from far cookies': `${WASI1('fd_readdir', 'i32 i32 i32 i64 i32')} ${CLOSE} ${opened(`${open(1200, 1, 2)} (drop (call $fd_readdir (i32.load (i32.const 512)) (i32.const 70000) (i32.const 100) (i64.const 99990) (i32.const 520))) ${close}`)}`,
  'paths of 400 directories': `${CLOSE} ${opened(`${open(300, 799, 2)} ${close}`)}`,
  'reads of 12 MB': `${WASI1('fd_pread', 'i32 i32 i32 i64 i32')} ${CLOSE} ${opened(`${open(256, 4, 0)} ${parts(12_000_000)} (drop (call $fd_pread (i32.load (i32.const 512)) (i32.const 600) (i32.const 1) (i64.const 0) (i32.const 520))) ${close}`)}`,
  'writes of 12 MB': `${WASI1('fd_pwrite', 'i32 i32 i32 i64 i32')} ${CLOSE} ${opened(`${open(256, 4, 0)} ${parts(12_000_000)} (drop (call $fd_pwrite (i32.load (i32.const 512)) (i32.const 600) (i32.const 1) (i64.const 0) (i32.const 520))) ${close}`)}`,
  'sizes of files that change': `${WASI1('fd_filestat_set_size', 'i32 i64')} ${CLOSE} ${opened(`${open(256, 4, 0)} (drop (call $fd_filestat_set_size (i32.load (i32.const 512)) (i64.const 1))) (drop (call $fd_filestat_set_size (i32.load (i32.const 512)) (i64.const 90000000))) ${close}`)}`,
};

const run = (text: string, preopens = {}): Until => {
  const program = compile(assemble(`(module ${text})`));
  return async (deadline) =>
    new WASI({ preopens, stdout: () => undefined } as never).run(engine, program, { deadline });
};

const SPAWN = '(import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))';
const WAIT = '(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))';
const threads = (thread: string, main: string): string =>
  `${SPAWN} (memory (export "memory") 1 1 shared) (func (export "wasi_thread_start") (param i32 i32) ${thread}) (func (export "_start") ${main})`;
const TEN = many(10, '(drop (call $spawn (i32.const 0))) ');

/** Everything else: programs of WASI, scripts, loading. */
const OTHERS: Readonly<Record<string, () => Until>> = {
  ...Object.fromEntries(
    Object.entries(FILES).flatMap(([name, text]): [string, () => Until][] => [
      [`${name}, in memory`, () => run(text, { '/': inMemory() })],
      [`${name}, in an overlay`, () => run(text, { '/': overlay(inMemory()) })],
    ]),
  ),
  ...Object.fromEntries(
    STRING_LOOPS.map((name) => [
      `${name}, of 8,388,608 characters`,
      () => {
        const func = stringLoop(name, 2 ** 23);
        return (deadline: number) => again(deadline, () => invokeAsync(func, [], { deadline }));
      },
    ]),
  ),
  'ten threads that run': () => run(threads('(loop (br 0))', `${TEN} (loop (br 0))`)),
  'ten threads that wait': () => run(threads(WAIT, `${TEN} ${WAIT}`)),
  'threads that are made without end': () => run(threads('', '(loop (drop (call $spawn (i32.const 0))) (br 0))')),
  'threads that wake one another': () =>
    run(
      threads(
        `(loop ${WAIT} (br 0))`,
        `${TEN} (loop (drop (memory.atomic.notify (i32.const 0) (i32.const -1))) (br 0))`,
      ),
    ),
  'a wait for ever': () => run(`(memory (export "memory") 1 1 shared) (func (export "_start") ${WAIT})`),
  'a long sleep': () =>
    run(`${WASI1('poll_oneoff', 'i32 i32 i32 i32')} (memory (export "memory") 1) (func (export "_start")
      (i64.store (i32.const 24) (i64.const 9000000000000)) (drop (call $poll_oneoff (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 200))))`),
  'a start function': () => {
    const module = compile(assemble('(module (func $f (loop (br 0))) (start $f))'));
    return async (deadline) => instantiate(module, {}, { deadline });
  },
  'instances of 60 tables': () => {
    const module = compile(assemble(`(module ${many(60, '(table 100000 funcref) ')})`));
    return (deadline) => again(deadline, () => instantiate(module, {}, { deadline }));
  },
  'a script': () => {
    const script = parseScript('(module (func (export "f") (loop (br 0)))) (assert_return (invoke "f"))');
    return async (deadline) => within(now() + deadline - Date.now(), () => runScript(script, scriptEngine()));
  },
  'compiling 4 MB': () => {
    const bytes = assemble(
      `(module ${many(1000, `(func ${many(400, '(drop (i32.add (i32.const 1) (i32.const 2))) ')}) `)})`,
    );
    return (deadline) => again(deadline, () => compile(bytes, { deadline }));
  },
  'parsing 4 MB': () => {
    const text = `(module ${many(100, `(func ${many(1000, '(drop (i32.add (i32.const 1) (i32.const 2))) ')}) `)})`;
    return (deadline) => again(deadline, () => assemble(text, { deadline } as never));
  },
};

/**
 * Lateness counts for all, gaps for what can leave the event loop its turns: that is not what is synchronous, and a promising
 * export is until the first import that suspends it, as the specification says.
 */
const IN_ONE_GO = [
  'a promising export',
  'a start function',
  'instances of 60 tables',
  'a script',
  'compiling 4 MB',
  'parsing 4 MB',
];
const ALIKE = / of \d+(, 100 in a row)?$/;

function casesOf(seed: number): Map<string, () => Until> {
  const all = new Map<string, () => Until>(Object.entries(OTHERS));
  const hostile = [
    ...guestNames(seed).map((name) => [name, () => guestNamed(name, seed)] as const),
    ...Object.entries(GUESTS).map(([name, text]) => [name, () => assemble(`(module ${text})`)] as const),
  ];
  for (const [name, bytes] of hostile) {
    for (const [way, until] of Object.entries(WAYS)) {
      if (way === 'callAsync with a deadline' || !ALIKE.test(name)) all.set(`${name}, ${way}`, () => until(bytes()));
    }
  }
  return all;
}

async function measure(name: string, { seed }: Settings): Promise<Figure[]> {
  const until = (casesOf(seed).get(name) as () => Until)();
  // What making it has left is not its own to collect.
  await sleep(20);
  const gaps = await besideTimer(MILLISECONDS, until);
  const ended = gaps.error === undefined ? '' : `; ${String(gaps.error).slice(0, 100)}`;
  const figure = (what: string, value: number, bound: number): Figure => {
    return { what, value, unit: 'ms', bound, note: `${gaps.count} gaps${ended}` };
  };
  const late = figure('late', gaps.late, BOUNDS.longest);
  if (IN_ONE_GO.some((one) => name.endsWith(one))) return [late];
  return [late, figure('99 of 100 gaps', gaps.most, BOUNDS.most), figure('longest gap', gaps.longest, BOUNDS.longest)];
}

export const STOPS: Part = {
  cases: ({ seed, short }) => [...casesOf(seed).keys()].filter((_, i) => !short || i % 150 === 0),
  measure,
};
