// `wasmi-ts fuzz` as a command: what it prints and saves, its exit codes, and that an engine may hang.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Stuck, WorkerRounds } from '../../src/cli/fuzz-rounds.ts';
import type { Command } from '../../src/cli/command.ts';
import { commandNamed } from '../../src/cli/commands.ts';
import { Console } from '../../src/cli/console.ts';
import type { CliHost } from '../../src/cli/host.ts';
import { perform } from '../../src/cli/main.ts';
import { compile } from '../../src/index.ts';
import { namespace } from '../../src/jsapi/index.ts';

// Far above what they take, also on a busy machine and with more runs.
vi.setConfig({ testTimeout: 1_200_000 });

const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-fuzz-'));
const NAME = 'WebAssembly';
const hosts = globalThis as unknown as Record<string, unknown>;
const native = hosts[NAME];

let printed = '';
beforeEach(() => {
  printed = '';
});
afterEach(() => {
  hosts[NAME] = native;
});
afterAll(() => rmSync(folder, { recursive: true }));

async function fuzz(...args: string[]): Promise<number> {
  const host: CliHost = {
    env: {},
    cwd: folder,
    stdout: (text) => {
      printed += String(text);
    },
    stderr: () => {},
    readStdin: () => new Uint8Array(0),
  };
  return perform(commandNamed('fuzz') as Command, args, new Console(host));
}

/** An engine that is ours but for one thing: it adds 1 to each i64 that comes out. */
function faultyNamespace(): unknown {
  const plusOne = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plusOne);
    return typeof value === 'bigint' ? BigInt.asIntN(64, value + 1n) : value;
  };
  class Instance extends namespace.Instance {
    constructor(module: never, imports: never) {
      super(module, imports);
    }
    override get exports(): never {
      const all = Object.entries(super.exports as Record<string, unknown>).map(([name, value]) => {
        if (typeof value !== 'function') return [name, value];
        return [name, (...args: unknown[]) => plusOne((value as (...all: unknown[]) => unknown)(...args))];
      });
      return Object.fromEntries(all) as never;
    }
  }
  return new Proxy(namespace, { get: (target, name) => (name === 'Instance' ? Instance : Reflect.get(target, name)) });
}

test('engines that agree give exit code 0, and the number of modules per second is printed', async () => {
  expect(await fuzz('--against', 'self', '--seed', '1', '--runs', '40', '--features', 'multi-value')).toBe(0);
  expect(printed).toMatch(
    /^seed 1: ours and ours, traced; core multi-value\n40 modules, \d+ per second, 0 differ; calls: /,
  );
});

test('what differs is saved as .wasm, .wat and .json, small, and the exit code is 1', async () => {
  hosts[NAME] = faultyNamespace();
  expect(await fuzz('--seed', '1', '--runs', '30', '--features', 'core', '--out', 'found')).toBe(1);
  expect(printed).toMatch(/found .*seed-1\.wasm \(\d+ bytes\): f\d+\[.*\]\n {2}ours: \[.*n\]\n {2}native: \[.*n\]\n/);
  expect(readdirSync(join(folder, 'found'))).toEqual(
    expect.arrayContaining(['seed-1.json', 'seed-1.wasm', 'seed-1.wat']),
  );
  const bytes = readFileSync(join(folder, 'found', 'seed-1.wasm'));
  compile(bytes);
  expect(bytes.length).toBeLessThan(120);
  expect(readFileSync(join(folder, 'found', 'seed-1.wat'), 'utf8')).toContain('(result i64)');
  const saved: unknown = JSON.parse(readFileSync(join(folder, 'found', 'seed-1.json'), 'utf8'));
  expect(saved).toMatchObject({ seed: 1, path: expect.any(String), engines: ['ours', 'native'], features: ['core'] });
});

test('validation alone names the instructions that never occurred, and then the exit code is 1', async () => {
  expect(await fuzz('--validate-only', '--seed', '1', '--runs', '5')).toBe(1);
  expect(printed).toContain('5 modules, ');
  expect(printed).toContain(', 0 refused\n');
  expect(printed).toMatch(/\n582 instructions, \d+ never: .*i64/);
  expect(await fuzz('--validate-only', '--seed', '1', '--runs', '600', '--features', 'multi-value')).toBe(0);
});

test('a validator that refuses a valid module is found', async () => {
  const validate = (): boolean => false;
  hosts[NAME] = new Proxy(namespace, {
    get: (target, name) => (name === 'validate' ? validate : Reflect.get(target, name)),
  });
  expect(await fuzz('--validate-only', '--seed', '7', '--runs', '5', '--out', 'refused')).toBe(1);
  expect(printed).toContain('native: invalid');
  expect(readdirSync(join(folder, 'refused'))).toContain('seed-7.wat');
});

test('wrong features are wrong usage', async () => {
  await expect(fuzz('--features', 'nonsense')).rejects.toThrow('--features nonsense: it is one of all, default, core');
  await expect(fuzz('--features', 'simd', '-W', 'gc')).rejects.toThrow('--features says all');
  await expect(fuzz('file.wasm')).rejects.toThrow('fuzz takes no files');
});

test('an engine that does not come back is given up, with the module that it had', async () => {
  // Notes three bytes as its module, and hangs.
  const worker = `
    import { workerData } from 'node:worker_threads';
    const bytes = new Uint8Array(workerData.shared, 8);
    bytes.set([1, 2, 3]);
    const header = new Int32Array(workerData.shared, 0, 2);
    Atomics.store(header, 1, 3);
    Atomics.add(header, 0, 1);
    for (;;);`;
  const plan = { against: 'native', validateOnly: false, features: [], nativeFeatures: [] } as const;
  const rounds = new WorkerRounds(new URL(`data:text/javascript,${encodeURIComponent(worker)}`), plan, 2000);
  const error: unknown = await rounds.round(1, 1).catch((one: unknown) => one);
  expect(error).toBeInstanceOf(Stuck);
  expect([...(error as Stuck).bytes]).toEqual([1, 2, 3]);
  await rounds.close();
});
