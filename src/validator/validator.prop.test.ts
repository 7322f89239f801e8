import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { decodeModule } from '../decoder/decode.ts';
import { encodeModule } from '../encoder/encode.ts';
import { InvalidError, MalformedError, UnsupportedError } from '../errors.ts';
import { FEATURES, type Feature, type FeatureSet } from '../syntax/features.ts';
import { INSTRUCTIONS } from '../syntax/instructions.ts';
import type { Module } from '../syntax/module.ts';
import { EXTERNREF, F64, FUNCREF, I32, I64, ref } from '../syntax/types.ts';
import { expr, func, memory, moduleOf, sub, tableType } from './builder.suite.ts';
import { validateModule } from './module.ts';

const ALL: FeatureSet = new Set(Object.keys(FEATURES) as Feature[]);

/**
 * 'valid', or the class of the error, which must be one that is documented; twice, so that no state is left behind; the
 * second time by the rows of all instructions.
 */
function verdict(module: Module, all: boolean): string {
  const run = (everyRow: boolean): string => {
    try {
      validateModule(module, all ? { features: ALL, everyRow } : { everyRow });
      return 'valid';
    } catch (error) {
      const known = [InvalidError, MalformedError, UnsupportedError].some((kind) => error instanceof kind);
      if (!known) throw error;
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
  };
  const first = run(false);
  expect(run(true)).toBe(first);
  return first;
}

/** Something of everything, so that random indices often hit. */
function furnished(body: Uint8Array): Module {
  const types = [
    sub(func([I32, I64], [F64])),
    sub(func([], [])),
    sub({ kind: 'struct', fields: [{ storage: I32, mutable: true }] }, { final: false }),
    sub({ kind: 'array', field: { storage: ref(2, true), mutable: true } }),
  ];
  const locals = [
    [2, I32],
    [1, ref(2, false)],
    [1, FUNCREF],
  ] as const;
  return moduleOf(types, [{ type: 0, locals, body }], {
    tables: [FUNCREF, EXTERNREF].map((elem) => ({ type: tableType(1n, 1n, elem), init: undefined })),
    memories: [memory(1n), memory(1n, 2n, { addr: I64 })],
    globals: [{ type: { val: I32, mutable: true }, init: expr('i32.const 1 end') }],
    tags: [{ type: 1 }],
    elems: [{ type: FUNCREF, mode: { kind: 'passive' }, funcs: Uint32Array.of(0), exprs: undefined }],
    dataCount: 1,
    datas: [{ mode: { kind: 'passive' }, init: new Uint8Array(4) }],
  });
}

/** An instruction: the bytes of its opcode and some small immediates. */
const instruction = fc
  .tuple(fc.constantFrom(...INSTRUCTIONS), fc.array(fc.nat(4), { maxLength: 3 }))
  .map(([row, more]) => {
    const opcode = row.code < 0x100 ? [row.code] : [row.code >> 12, (row.code & 0x7f) | 0x80, (row.code & 0xfff) >> 7];
    return row.imm === 'none' ? opcode : [...opcode, ...more];
  });

describe('validation of anything', () => {
  it('random instructions give a verdict, and the same one again', () => {
    fc.assert(
      fc.property(fc.array(instruction, { maxLength: 30 }), fc.boolean(), (list, all) => {
        verdict(furnished(Uint8Array.from([0, ...list.flat(), 0x0b])), all);
      }),
      { numRuns: 5000 },
    );
  });

  it('whatever follows unreachable gives a verdict', () => {
    fc.assert(
      fc.property(fc.array(instruction, { maxLength: 30 }), (list) => {
        verdict(furnished(Uint8Array.from([0, ...list.flat(), 0x0b])), true);
        verdict(furnished(Uint8Array.from([...list.flatMap((one) => [...one, 0x00]), 0x0b])), true);
      }),
      { numRuns: 3000 },
    );
  });

  it('modules with mutated bytes give a verdict', () => {
    const good = encodeModule(furnished(Uint8Array.from([0x20, 0, 0x1a, 0x00, 0x0b])));
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.boolean(), (changes, all) => {
        const bytes = good.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        let module: Module;
        try {
          module = decodeModule(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
          return;
        }
        verdict(module, all);
      }),
      { numRuns: 5000 },
    );
  });

  it('every instruction has an arm', () => {
    for (const row of INSTRUCTIONS) {
      const opcode =
        row.code < 0x100 ? [row.code] : [row.code >> 12, (row.code & 0x7f) | 0x80, (row.code & 0xfff) >> 7];
      const text = verdict(furnished(Uint8Array.from([0x00, ...opcode, ...new Array<number>(20).fill(0), 0x0b])), true);
      expect(text, row.name).not.toMatch(/internal error/);
    }
  });
});
