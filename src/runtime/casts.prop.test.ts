// Casts against the validator's subtyping: a value of type t passes a test for u exactly where t matches u.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { getGlobal, instantiate } from '../instance.ts';
import { encodeModule } from '../encoder/encode.ts';
import { compile } from '../index.ts';
import type { Func } from './instance.ts';
import { ArrayObject, StructObject } from './objects.ts';
import { DEFAULT_FEATURES, withFeatures } from '../syntax/features.ts';
import { HEAP, ref } from '../syntax/types.ts';
import { parseModule } from '../text/parser.ts';
import { typeSpace } from '../validator/module.ts';
import { NO_TYPES } from '../validator/type-space.ts';
import { matchesRef } from '../validator/subtyping.ts';
import { isReference } from './references.ts';
import { isOfType } from './casts.ts';

const FEATURES = withFeatures(DEFAULT_FEATURES, { 'custom-descriptors': true });

/** Type i is a struct, an array or a function, below type `parent` of the same kind if there is one before it. */
const types = fc.array(
  fc.record({
    kind: fc.constantFrom('struct', 'array', 'func'),
    parent: fc.integer({ min: -2, max: 10 }),
    group: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

interface Made {
  readonly kind: string;
  readonly text: string;
}

/** The module's types, and one value of each. */
function build(recipe: readonly { kind: string; parent: number; group: boolean }[], before = '') {
  const made: Made[] = [];
  const depth: number[] = [];
  recipe.forEach(({ kind, parent }, i) => {
    const above = parent >= 0 && parent < i && made[parent].kind === kind ? parent : -1;
    depth.push(above < 0 ? 0 : depth[above] + 1);
    const body = { struct: `struct ${'(field i32)'.repeat(depth[i])}`, array: 'array i8', func: 'func' }[
      kind
    ] as string;
    made.push({ kind, text: `(type $t${i} (sub ${above < 0 ? '' : `$t${above}`} (${body})))` });
  });
  const definitions = made.map(({ text }, i) => (recipe[i].group ? `(rec ${text})` : text)).join('\n');
  const values = made.map(({ kind }, i) => {
    if (kind === 'func') return `(func (export "f${i}") (type $t${i}))`;
    const init = kind === 'struct' ? `struct.new_default $t${i}` : `array.new_default $t${i} (i32.const 2)`;
    return `(global (export "g${i}") (ref $t${i}) (${init}))`;
  });
  const valid = compile(encodeModule(parseModule(`(module ${before} ${definitions} ${values.join('\n')})`)), {
    features: FEATURES,
  });
  const { exports } = instantiate(valid);
  return { valid, values: made.map((one, i) => oneOf(exports, one.kind, i)), kinds: made.map((one) => one.kind) };
}

function oneOf(exports: ReturnType<typeof instantiate>['exports'], kind: string, i: number): unknown {
  if (kind === 'func') return exports[`f${i}`];
  const global = exports[`g${i}`];
  return global.kind === 'global' ? getGlobal(global) : undefined;
}

const ANY_SIDE = [HEAP.any, HEAP.eq, HEAP.i31, HEAP.struct, HEAP.array, HEAP.none];
const FUNC_SIDE = [HEAP.func, HEAP.nofunc];

test('a cast passes exactly where the exact type of the value matches the target', () => {
  fc.assert(
    fc.property(types, (recipe) => {
      const { valid, values, kinds } = build(recipe);
      const space = typeSpace(valid);
      const heaps = kinds.map((_, i) => i);
      values.forEach((value, i) => {
        const own = ref(i, false, true);
        const isFunc = kinds[i] === 'func';
        const abstract = isFunc ? FUNC_SIDE : ANY_SIDE;
        const concrete = heaps.filter((one) => (kinds[one] === 'func') === isFunc);
        for (const heap of [...abstract, ...concrete]) {
          for (const [nullable, exact] of [
            [false, false],
            [true, false],
            [true, true],
          ]) {
            if (exact && heap < 0) continue;
            const target = space.canonicalType(ref(heap, nullable, exact));
            const fits = matchesRef(space, own, space, target);
            expect(isOfType(value, target, space)).toBe(fits);
            expect(isReference(value, target, space)).toBe(fits);
            expect(isOfType(null, target, space)).toBe(nullable);
          }
        }
      });
    }),
    { numRuns: 60 },
  );
});

test('a cast passes in another module where it passes in the one that the value comes from', () => {
  // The same types after others: no index is the same.
  const before =
    '(type (func (param i64 i64))) (type (array (mut f32))) (rec (type (struct)) (type (struct (field i64))))';
  fc.assert(
    fc.property(types, (recipe) => {
      const { valid, values, kinds } = build(recipe);
      const [home, away] = [typeSpace(valid), typeSpace(build(recipe, before).valid)];
      values.forEach((value, i) => {
        for (let to = 0; to < kinds.length; to++) {
          for (const exact of [false, true]) {
            const fits = matchesRef(home, ref(i, false, true), home, ref(to, false, exact));
            expect(isReference(value, ref(to + 4, false, exact), away)).toBe(fits);
            expect(matchesRef(home, ref(i, false, true), away, ref(to + 4, false, exact))).toBe(fits);
          }
        }
        for (let to = 0; to < 4; to++) expect(isReference(value, ref(to, false), away)).toBe(false);
      });
    }),
    { numRuns: 60 },
  );
});

test('values of the host are any and extern, and nothing below', () => {
  const strangers = [
    undefined,
    'text',
    {},
    { kind: 'struct', defType: { index: 0 }, fields: [] },
    [],
    0.5,
    -0,
    2 ** 30,
    Number.NaN,
    1n,
  ];
  for (const stranger of strangers) {
    for (const heap of ANY_SIDE) expect(isReference(stranger, ref(heap, true), NO_TYPES)).toBe(heap === HEAP.any);
    expect(isReference(stranger, ref(HEAP.extern, false), NO_TYPES)).toBe(true);
    for (const heap of [HEAP.func, HEAP.exn, HEAP.noextern])
      expect(isReference(stranger, ref(heap, true), NO_TYPES)).toBe(false);
  }
});

test('integers of 31 bits are i31, eq and any', () => {
  for (const value of [0, 1, -1, 2 ** 30 - 1, -(2 ** 30)]) {
    for (const heap of ANY_SIDE) {
      expect(isReference(value, ref(heap, false), NO_TYPES)).toBe(
        ([HEAP.any, HEAP.eq, HEAP.i31] as number[]).includes(heap),
      );
    }
  }
});

test('functions are not taken where objects are, nor objects where functions are', () => {
  const { values } = build([
    { kind: 'func', parent: -1, group: false },
    { kind: 'struct', parent: -1, group: false },
    { kind: 'array', parent: -1, group: true },
  ]);
  const func = values[0] as Func;
  expect(isReference(func, ref(HEAP.eq, true), NO_TYPES)).toBe(false);
  expect(isReference(func, ref(HEAP.any, true), NO_TYPES)).toBe(true);
  expect(values[1]).toBeInstanceOf(StructObject);
  expect(values[2]).toBeInstanceOf(ArrayObject);
  for (const object of values.slice(1)) expect(isReference(object, ref(HEAP.func, true), NO_TYPES)).toBe(false);
});
