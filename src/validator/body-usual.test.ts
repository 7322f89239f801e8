import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeModule } from '../decoder/decode.ts';
import { WasmError } from '../errors.ts';
import { encodeModule } from '../encoder/encode.ts';
import { DEFAULT_FEATURES, type FeatureSet, withFeatures } from '../syntax/features.ts';
import type { Module } from '../syntax/module.ts';
import { EXTERNREF, F64, FUNCREF, I32, I64, type ValType, ref } from '../syntax/types.ts';
import { projectRoot } from '../../tests/data.ts';
import { expr, func, memory, moduleOf, sub } from './builder.suite.ts';
import { validateModule } from './module.ts';

/** 'valid', or all that is said of the module. */
function verdict(module: Module, features: FeatureSet, everyRow: boolean): string {
  try {
    validateModule(module, { features, everyRow });
    return 'valid';
  } catch (error) {
    if (!(error instanceof WasmError)) throw error;
    return `${error.name} at ${error.offset}: ${error.message}`;
  }
}

/** The verdict, which has to be the same both ways. */
function bothWays(module: Module, features = DEFAULT_FEATURES): string {
  const quick = verdict(module, features, false);
  expect(quick).toBe(verdict(module, features, true));
  return quick;
}

/** Something of all that usual instructions name; the bytes after the body let it be read the quick way. */
function furnished(body: readonly number[], local: ValType, addr: typeof I32 | typeof I64): Module {
  const types = [sub(func([I32, I64], [F64])), sub(func([], [])), sub(func([], [I32, I64]))];
  const locals = [
    [2, I32],
    [1, F64],
    [1, local],
  ] as const;
  const module = moduleOf(
    types,
    [0, 1, 2].map((type) => ({ type, locals, body: Uint8Array.from(body) })),
    {
      memories: [memory(1n, undefined, { addr })],
      globals: [true, false].map((mutable) => ({ type: { val: I32, mutable }, init: expr('i32.const 1 end') })),
      customs: [{ name: 'padding', bytes: new Uint8Array(64), offset: 0, after: 11 }],
    },
  );
  return decodeModule(encodeModule(module));
}

/** Usual instructions, and some that are not, with immediates of one to six bytes. */
const index = fc.oneof(fc.nat(5), fc.constantFrom(0x40, 0x7f, 0x7e, 0x7c, 0x7b, 0x70));
const long = fc
  .array(fc.constantFrom(0x80, 0x81, 0xff), { maxLength: 5 })
  .chain((bytes) => index.map((n) => [...bytes, n]));
const immediates = fc.oneof(
  { weight: 6, arbitrary: index.map((n) => [n]) },
  { weight: 2, arbitrary: fc.tuple(index, index).map(([a, b]) => [a, b]) },
  { weight: 1, arbitrary: long },
);
const opcode = fc.oneof(
  fc.constantFrom(0x02, 0x03, 0x04, 0x05, 0x0b, 0x0c, 0x0d, 0x0f, 0x10, 0x1a, 0x1b, 0x20, 0x21, 0x22, 0x23, 0x24),
  fc.constantFrom(0x41, 0x42, 0x43, 0x44, 0x28, 0x29, 0x36, 0x45, 0x6a, 0x7c, 0xa0, 0xa7, 0xac, 0xc0, 0xc4, 0x00),
  fc.nat(255),
);
const instruction = fc.tuple(opcode, immediates).map(([code, more]) => {
  if (code === 0x43) return [code, 0, 0, 0, 0];
  if (code === 0x44) return [code, 0, 0, 0, 0, 0, 0, 0, 0];
  return code >= 0x45 || code === 0x0b || code === 0x05 || code === 0x0f || code >> 1 === 0x0d
    ? [code]
    : [code, ...more];
});

describe('the quick way through usual instructions', () => {
  it('says of random bodies what their rows say', () => {
    const signExtensionOff = withFeatures(DEFAULT_FEATURES, { 'sign-extension': false });
    const local = fc.constantFrom(I32, FUNCREF, EXTERNREF, ref(1, false), ref(1, true));
    const body = fc.array(instruction, { maxLength: 24 });
    fc.assert(
      fc.property(body, local, fc.boolean(), fc.boolean(), (list, type, wide, all) => {
        const bytes = [...list.flat(), 0x0b];
        bothWays(furnished(bytes, type, wide ? I64 : I32), all ? DEFAULT_FEATURES : signExtensionOff);
      }),
      { numRuns: 6000 },
    );
  });

  const folder = join(projectRoot, 'bench/kernels');
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.wasm'))) {
    it(`says of changed bodies of ${name} what their rows say`, () => {
      const bytes = new Uint8Array(readFileSync(join(folder, name)));
      const module = decodeModule(bytes);
      expect(bothWays(module)).toBe('valid');
      const { start, end } = module.funcs;
      const change = fc.tuple(fc.nat(1 << 20), fc.nat(255));
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
          const copy = bytes.slice();
          for (const [at, byte] of changes) {
            const i = at % start.length;
            copy[start[i] + ((at >> 8) % (end[i] - start[i]))] = byte;
          }
          bothWays({ ...module, funcs: { ...module.funcs, bytes: copy } });
        }),
        { numRuns: 300 },
      );
    });
  }
});
