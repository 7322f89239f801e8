// What system calls cost in fuel: by what they are asked to do, and by the pieces of what they find to do.
import { describe, expect, test } from 'vitest';
import { engine, type FuelAccount, type ImportValue, instantiate, Interrupted } from '../../src/index.ts';
import { awaited, memoryDirectory, WASI, type WasiOptions } from '../../src/wasi/index.ts';
import { answeringLater } from '../../src/wasi/hosts/later.suite.ts';
import { wat } from '../engine/support.ts';

/** How each function is imported: the types of its parameters. */
const TYPES: Readonly<Record<string, string>> = {
  sched_yield: '',
  random_get: 'i32 i32',
  args_get: 'i32 i32',
  environ_sizes_get: 'i32 i32',
  fd_read: 'i32 i32 i32 i32',
  fd_write: 'i32 i32 i32 i32',
  fd_readdir: 'i32 i32 i32 i64 i32',
  path_filestat_get: 'i32 i32 i32 i32 i32',
  path_symlink: 'i32 i32 i32 i32 i32',
  poll_oneoff: 'i32 i32 i32 i32',
};

/** A program that does some calls, and does not look at what they return. Data lie at 1024; 16 MiB of memory. */
const program = (calls: readonly (readonly [string, ...(number | bigint)[]])[], data = '') =>
  wat(`(module
  ${Object.entries(TYPES)
    .map(([name, type]) => `(import "wasi_snapshot_preview1" "${name}" (func $${name} (param ${type}) (result i32)))`)
    .join('')}
  (memory (export "memory") 256) (data (i32.const 1024) "${data}")
  (func (export "_start") ${calls
    .map(([name, ...args]) => {
      const given = args.map((arg) => (typeof arg === 'bigint' ? `(i64.const ${arg})` : `(i32.const ${arg})`));
      return `(drop (call $${name} ${given.join(' ')}))`;
    })
    .join('')}))`);

/** Units that a call costs, besides the unit of all calls. */
async function cost(
  call: readonly [string, ...(number | bigint)[]],
  { data = '', ...options }: WasiOptions & { data?: string } = {},
): Promise<number> {
  const used = async (module: ReturnType<typeof program>): Promise<number> => {
    const account: FuelAccount = { left: 1e9 };
    await new WASI(options).run(engine, module, { fuel: account });
    return 1e9 - account.left;
  };
  const without = await used(program([], data));
  const [once, twice] = [await used(program([call], data)), await used(program([call, call], data))];
  expect(once - without).toBeGreaterThan(0);
  // Bodies of less than 64 bytes are one unit, whatever is in them.
  return twice - once - 1;
}

/** Two parts of 1,024 bytes each, as little-endian words. */
const PARTS = '\\00\\08\\00\\00\\00\\04\\00\\00\\00\\10\\00\\00\\00\\04\\00\\00';

describe('a system call cost one unit, however much it was asked for, and costs', () => {
  test.each<[string, number, readonly [string, ...(number | bigint)[]], (WasiOptions & { data?: string })?]>([
    ['a base', 8, ['sched_yield']],
    [
      'by bytes, a quarter of a MiB in each piece',
      8 + 1024 + 3 * 8,
      ['random_get', 65536, 1 << 20],
      { random: { fill: () => {} } },
    ],
    ['nothing more where it fails', 8, ['random_get', 65536, -1]],
    ['by arguments', 8 + 32 + 4, ['args_get', 65536, 131072], { args: Array.from({ length: 2048 }, () => 'a') }],
    [
      'by variables, though only their lengths are asked for',
      8 + 2,
      ['environ_sizes_get', 8, 12],
      { env: Object.fromEntries(Array.from({ length: 128 }, (_, i) => [`v${i}`, ''])) },
    ],
    ['by the bytes of its parts', 8 + 2, ['fd_write', 1, 1024, 2, 8], { data: PARTS, stdout: () => {} }],
    ['nothing more for more parts than there may be', 8, ['fd_write', 1, 0, 1025, 8]],
    ['by bytes that are asked for, not by those that come', 8 + 2, ['fd_read', 0, 1024, 2, 8], { data: PARTS }],
    [
      'by the bytes of a path',
      8 + 10,
      ['path_filestat_get', 3, 0, 1024, 80, 65536],
      { data: 'a'.repeat(80), preopens: { '/': memoryDirectory() } },
    ],
    [
      'by subscriptions, of which 64 are looked at, and told of, in one piece',
      8 + 10 + 20 * 8,
      ['poll_oneoff', 65536, 262144, 640, 8],
      // They are all of clocks, and over.
      {},
    ],
    [
      'for each 512 names of a directory, and 32 that are told',
      8 + 3 * 8 + 8,
      ['fd_readdir', 3, 65536, 24, 0n, 8],
      {
        preopens: {
          '/': memoryDirectory(Object.fromEntries(Array.from({ length: 1600 }, (_, i) => [`f${i}`, '']))),
        },
      },
    ],
  ])('%s', async (_, units, call, options) => {
    expect(await cost(call, options)).toBe(units);
  });

  test('the same where files answer later and calls are tried again for it', async () => {
    const names = Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`f${i}`, '']));
    const calls = [
      ['fd_readdir', 3, 65536, 20_000, 0n, 8],
      ['path_filestat_get', 3, 0, 1024, 400, 65536],
      ['path_symlink', 1024, 400, 3, 2048, 2],
    ] as const;
    const data = `${'./'.repeat(199)}f1`;
    const costs = async (later: boolean): Promise<number[]> => {
      const all: number[] = [];
      for (const call of calls) {
        const directory = memoryDirectory(names);
        all.push(await cost(call, { data, preopens: { '/': later ? awaited(answeringLater(directory)) : directory } }));
      }
      return all;
    };
    const now = await costs(false);
    expect(now[0]).toBeGreaterThan(8 + 19 + 2 * 8 + 8);
    expect(now[1]).toBe(8 + 50 + 3 * 8);
    expect(await costs(true)).toEqual(now);
  });

  test('the same where the call waits for the host', async () => {
    const stdin = (async function* () {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield 'abc';
      }
    })();
    expect(await cost(['fd_read', 0, 1024, 2, 8], { data: PARTS, stdin })).toBe(8 + 2);
  });
});

const RANDOM = `(module (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 256) (func (export "f") (result i32) (call $random (i32.const 65536) (i32.const 1048576)))
  (func (export "seen") (result i32) (i32.load8_u (i32.const 65536))))`;

/** An instance whose random bytes are sevens. */
function sevens(change = (one: ImportValue): ImportValue => one) {
  const wasi = new WASI({ mode: 'sync', random: { fill: (bytes) => bytes.fill(7) } });
  const { random_get } = wasi.imports['wasi_snapshot_preview1'];
  const instance = instantiate(wat(RANDOM), { wasi_snapshot_preview1: { random_get: change(random_get) } });
  wasi.bind(instance.exports as never);
  return instance;
}

test('a call for which there is not enough fuel was made all the same', () => {
  const instance = sevens();
  const execution = instance.begin('f');
  execution.fuel = 100;
  expect(execution.step()).toBe('fuel');
  expect(instance.call('seen')).toBe(0);
  execution.fuel = 2000;
  expect(execution.step()).toBe('done');
  expect([instance.call('seen'), execution.results]).toEqual([7, [0]]);
  // A first call, a call, what it asks for, and three pieces after the first; the unit that stopped it is not counted.
  expect(execution.fuel).toBe(2000 + 100 + 1 - (1 + 1 + 8 + 1024 + 3 * 8));
  expect(() => instance.callWith({ fuel: 1000 }, 'f')).toThrow(Interrupted);
});

test('a call was free that a function of the host passed on', () => {
  const passing = sevens(
    (random) =>
      (...args: never[]) =>
        (random as (...args: never[]) => number)(...args),
  );
  const account: FuelAccount = { left: 10_000 };
  passing.callWith({ fuel: account }, 'f');
  expect(account.left).toBe(10_000 - (1 + 1 + 8 + 1024 + 3 * 8));
});
