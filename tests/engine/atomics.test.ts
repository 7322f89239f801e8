// Atomic accesses give the same in shared memories, in others, and where the host has no Atomics.
import { afterEach, expect, test, vi } from 'vitest';
import { assemble } from '../../src/text/index.ts';

const OPERATORS = ['add', 'sub', 'and', 'or', 'xor', 'xchg'];
const FORMS = [
  ['i32', '', ''],
  ['i32', '8', '_u'],
  ['i32', '16', '_u'],
  ['i64', '', ''],
  ['i64', '8', '_u'],
  ['i64', '16', '_u'],
  ['i64', '32', '_u'],
];
const NUMBERS = [0, 1, -1, 0x7fff_ffff, -0x8000_0000, 0x80, 0xff, 0x1_0000, 0x1234_5678];
const WIDE = [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 0xffff_ffffn, 0x1_0000_0000n, -0x1_0000_0000n, 0x80n];

const PROGRAM = (shared: string): string => `(module (memory (export "m") 1 1 ${shared})
  ${FORMS.flatMap(([type, width, end]) => [
    ...OPERATORS.map(
      (name) => `(func (export "${type} ${width} ${name}") (param ${type}) (result ${type})
        (${type}.atomic.rmw${width}.${name}${end} (i32.const 8) (local.get 0)))`,
    ),
    `(func (export "${type} ${width} cmpxchg") (param ${type} ${type}) (result ${type})
      (${type}.atomic.rmw${width}.cmpxchg${end} (i32.const 8) (local.get 0) (local.get 1)))`,
    `(func (export "${type} ${width} load") (result ${type}) (${type}.atomic.load${width}${end} (i32.const 8)))`,
    `(func (export "${type} ${width} store") (param ${type}) (${type}.atomic.store${width} (i32.const 8) (local.get 0)))`,
  ]).join('')})`;

/** What all accesses answer, and what stands in memory after each, one after the other. */
async function answers(shared: string): Promise<string[]> {
  vi.resetModules();
  const { compile, instantiate } = await import('../../src/index.ts');
  const instance = instantiate(compile(assemble(PROGRAM(shared))));
  const told: string[] = [];
  const note = (name: string, ...args: (number | bigint)[]): void => {
    told.push(
      `${name} ${args.join(' ')}: ${String(instance.call(name, ...args))}, ${String(instance.call('i64  load'))}`,
    );
  };
  for (const [type, width] of FORMS) {
    const values = type === 'i32' ? NUMBERS : WIDE;
    for (const before of values) {
      for (const value of values) {
        for (const name of OPERATORS) {
          instance.call(`${type}  store`, before);
          note(`${type} ${width} ${name}`, value);
        }
        note(`${type} ${width} cmpxchg`, value, before);
        note(`${type} ${width} cmpxchg`, before, value);
        note(`${type} ${width} store`, value);
        note(`${type} ${width} load`);
      }
    }
  }
  return told;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

test('atomic accesses give the same in a memory that is not shared, and without Atomics', async () => {
  const shared = await answers('shared');
  expect(shared.length).toBeGreaterThan(5000);
  expect(await answers('')).toEqual(shared);
  vi.stubGlobal('Atomics', undefined);
  expect(await answers('')).toEqual(shared);
  vi.stubGlobal('SharedArrayBuffer', undefined);
  expect(await answers('shared')).toEqual(shared);
  vi.stubGlobal('BigInt64Array', undefined);
  expect(await answers('shared')).toEqual(shared);
});
