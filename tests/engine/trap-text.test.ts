// A trap says the same wherever it was computed: by a fast op of either loop, by one that does several instructions, by a
// function out of line.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useLoop } from '../../src/closures.ts';
import { type Instance, type Memory, Trap } from '../../src/index.ts';
import { disassemble } from '../../src/lowering/disassemble.ts';
import { lowerFunction } from '../../src/lowering/lower.ts';
import { OPS } from '../../src/lowering/ops.ts';
import { accesses } from './op-steps.ts';
import { run, wat } from './support.ts';

const LOOPS = ['switch', 'closures'] as const;

/** What a trap says of an export that is called. */
function trapOf(instance: Instance, name: string, args: readonly (number | bigint)[]): string {
  try {
    instance.call(name, ...args);
  } catch (error) {
    if (error instanceof Trap) return error.message;
    throw error;
  }
  return 'no trap';
}

const SIZES: Readonly<Record<string, number>> = {
  'i32.load': 4,
  'i32.load8_s': 1,
  'i32.load8_u': 1,
  'i32.load16_s': 2,
  'i32.load16_u': 2,
  'i64.load': 8,
  'i64.load8_s': 1,
  'i64.load8_u': 1,
  'i64.load16_s': 2,
  'i64.load16_u': 2,
  'i64.load32_s': 4,
  'i64.load32_u': 4,
  'f32.load': 4,
  'f64.load': 8,
  'v128.load': 16,
  'v128.load8x8_s': 8,
  'v128.load16_splat': 2,
  'i32.store': 4,
  'i32.store8': 1,
  'i32.store16': 2,
  'i64.store': 8,
  'i64.store8': 1,
  'i64.store32': 4,
  'f32.store': 4,
  'f64.store': 8,
  'v128.store': 16,
};

const VALUES: Readonly<Record<string, string>> = {
  i32: '(i32.load8_u offset=5 (i32.const 0))',
  i64: '(i64.extend_i32_u (local.get 1))',
  f32: '(f32.const 1)',
  f64: '(f64.mul (f64.const 2) (f64.convert_i32_s (local.get 1)))',
  v128: '(i32x4.splat (local.get 1))',
};

/** Addresses of two parameters, and what they are. */
const ADDRESSES: readonly (readonly [text: string, of: (a: number, b: number) => number])[] = [
  ['(local.get 0)', (a) => a],
  ['(i32.add (local.get 0) (local.get 1))', (a, b) => a + b],
  ['(i32.add (local.get 0) (i32.const 100))', (a) => a + 100],
  ['(i32.add (i32.shl (local.get 0) (i32.const 2)) (local.get 1))', (a, b) => 4 * a + b],
  ['(i32.add (i32.shl (local.get 0) (i32.const 2)) (i32.const 12))', (a) => 4 * a + 12],
  ['(i32.const 65600)', () => 65600],
  // Computed only for the access: the second loop keeps no slot for it.
  ['(i32.mul (i32.xor (local.get 0) (local.get 1)) (i32.const 3))', (a, b) => Math.imul(a ^ b, 3)],
  ['(i32.load M (i32.const 16))', () => 65550],
];

interface Access {
  readonly text: string;
  /** The first byte that an access of the body misses, with these arguments, or where they are all inside. */
  readonly bytes: (a: number, b: number) => readonly [first: number, size: number];
}

/** Each load and store with each form of address, and constant stored values. */
function plainAccesses(): Access[] {
  const accesses: Access[] = [];
  for (const [name, size] of Object.entries(SIZES)) {
    const t = name.split('.')[0];
    for (const offset of [0, 9]) {
      for (const [address, of] of ADDRESSES) {
        const bytes: Access['bytes'] = (a, b) => [(of(a, b) >>> 0) + offset, size];
        const access = `${name} M offset=${offset} ${address}`;
        if (name.includes('load')) accesses.push({ text: `(drop (${access}))`, bytes });
        else {
          accesses.push({ text: `(${access} ${VALUES[t]})`, bytes });
          if (t === 'i32') accesses.push({ text: `(${access} (i32.const 7))`, bytes });
        }
      }
    }
  }
  return accesses;
}

/** What several instructions are made one op of. At 16 of the memory stands 65550. */
const FUSED: readonly Access[] = [
  ...['i32.load', 'i32.load8_u'].flatMap((load): Access[] => {
    const bytes: Access['bytes'] = (a) => [(a >>> 0) + 3, load === 'i32.load' ? 4 : 1];
    const access = `(${load} M offset=3 (local.get 0))`;
    return [
      { text: `(block (br_if 0 ${access}) (drop (i32.const 1)))`, bytes },
      { text: `(block (br_if 0 (i32.eqz ${access})) (drop (i32.const 1)))`, bytes },
      { text: `(block (br_if 0 (local.tee 2 ${access})) (drop (i32.const 1)))`, bytes },
      { text: `(if (local.tee 2 ${access}) (then (local.set 3 (i32.const 1))))`, bytes },
      // The inner one traps, or the outer one of what it loads.
      {
        text: `(local.set 2 (${load} M offset=3 (i32.load M offset=1 (local.get 0))))`,
        bytes: (a) => [(a >>> 0) + 1, 4],
      },
      {
        text: `(local.set 2 (${load} M offset=3 (i32.load M (i32.const 16))))`,
        bytes: () => [65553, load === 'i32.load' ? 4 : 1],
      },
      {
        text: `(local.set 3 (i32.const 16)) (local.set 2 (${load} M offset=3 (i32.load M (local.get 3))))`,
        bytes: () => [65553, load === 'i32.load' ? 4 : 1],
      },
    ];
  }),
  {
    text: '(local.set 2 (i32.add (i32.load M offset=4 (local.get 0)) (i32.const 5)))',
    bytes: (a) => [(a >>> 0) + 4, 4],
  },
  {
    text: '(local.set 2 (local.get 1)) (local.set 3 (i32.load M offset=4 (local.get 0)))',
    bytes: (a) => [(a >>> 0) + 4, 4],
  },
  {
    text: '(local.set 2 (i32.add (local.get 2) (i32.mul (i32.load16_s M offset=2 (local.get 0)) (i32.load16_s M (local.get 1)))))',
    bytes: (a) => [(a >>> 0) + 2, 2],
  },
  {
    text: '(local.set 2 (i32.add (local.get 2) (i32.mul (i32.load16_s M (local.get 1)) (i32.load16_s M offset=2 (local.get 0)))))',
    bytes: (a) => [(a >>> 0) + 2, 2],
  },
  {
    text: '(local.set 2 (i32.load M (local.tee 3 (i32.add (local.get 0) (i32.const 4)))))',
    bytes: (a) => [(a + 4) >>> 0, 4],
  },
  {
    text: '(i32.store M offset=4 (local.get 1) (i32.load M offset=8 (local.get 0)))',
    bytes: (a) => [(a >>> 0) + 8, 4],
  },
  {
    text: '(i32.store M offset=4 (local.get 0) (i32.load M offset=8 (local.get 1)))',
    bytes: (a) => [(a >>> 0) + 4, 4],
  },
];

const ACCESSES: readonly Access[] = [...plainAccesses(), ...FUSED];

function moduleOf(memories: string, which: string): string {
  const funcs = ACCESSES.map(
    ({ text }, i) =>
      `(func (export "f${i}") (param i32 i32) (local i32 i32) ${text.replace(/ M /g, which === '' ? ' ' : ` ${which} `)})`,
  );
  return `(module ${memories} ${funcs.join('\n')})`;
}

/** Memory 0, which fast ops access, and a second one, which functions do. */
const PLACES = [
  ['fast', moduleOf('(memory (export "m") 1)', '')],
  ['out of line', moduleOf('(memory 1) (memory (export "m") 1)', '1')],
] as const;

const ARGUMENTS: readonly (readonly [number, number])[] = [
  [70000, 8],
  [-4, 24],
  [-1, 0],
  [65536, 32],
  [16384, 16384],
];

test('the accesses below are made by each op that may find one out of bounds', () => {
  const seen = new Set<string>();
  const valid = wat(PLACES[0][1]);
  ACCESSES.forEach((_, i) => {
    for (const line of disassemble(lowerFunction(valid, i)).slice(1)) seen.add(line.split(' ')[1]);
  });
  const faulting = OPS.filter(accesses).map(({ name }) => name);
  expect(faulting.length).toBeGreaterThan(60);
  expect(faulting.filter((name) => !seen.has(name))).toEqual([]);
});

describe.each(LOOPS)('in the loop of %s', (loop) => {
  beforeEach(() => useLoop(loop));
  afterEach(() => useLoop('switch'));

  test.each(PLACES)('an access out of bounds that is %s says which bytes, and how many there are', (_, text) => {
    const instance = run(text);
    const { bytes: held } = instance.exports['m'] as Memory;
    const wrong: string[] = [];
    ACCESSES.forEach(({ text: body, bytes }, i) => {
      for (const [a, b] of ARGUMENTS) {
        const [first, size] = bytes(a, b);
        const expected =
          first + size <= 65536 ? 'no trap' : `out of bounds memory access: bytes ${first} to ${first + size} of 65536`;
        held.fill(0);
        held.set([0x0e, 0, 1], 16);
        const said = trapOf(instance, `f${i}`, [a, b]);
        if (said !== expected) wrong.push(`${body} of ${a}, ${b}: ${said}, not ${expected}`);
      }
    });
    expect(wrong).toEqual([]);
  });

  test('integers of 32 and of 64 bits say the same of a division', () => {
    const instance = run(
      `(module ${['i32', 'i64']
        .flatMap((t) =>
          ['div_s', 'div_u', 'rem_s', 'rem_u'].map(
            (op) =>
              `(func (export "${t}.${op}") (param ${t} ${t}) (result ${t}) (${t}.${op} (local.get 0) (local.get 1)))`,
          ),
        )
        .join(' ')})`,
    );
    for (const op of ['div_s', 'div_u', 'rem_s', 'rem_u']) {
      expect(trapOf(instance, `i32.${op}`, [1, 0])).toBe('integer divide by zero');
      expect(trapOf(instance, `i64.${op}`, [1n, 0n])).toBe('integer divide by zero');
    }
    expect(trapOf(instance, 'i32.div_s', [-(2 ** 31), -1])).toBe('integer overflow: the smallest i32 divided by -1');
    expect(trapOf(instance, 'i64.div_s', [-(2n ** 63n), -1n])).toBe('integer overflow: the smallest i64 divided by -1');
  });

  test('a conversion says what does not fit, whichever the types', () => {
    const types = ['i32', 'i64'].flatMap((to) =>
      ['f32', 'f64'].flatMap((from) => ['s', 'u'].map((sign) => [to, from, sign])),
    );
    const instance = run(
      `(module ${types
        .map(
          ([to, from, sign]) =>
            `(func (export "${to}.${from}_${sign}") (param ${from}) (result ${to}) (${to}.trunc_${from}_${sign} (local.get 0)))`,
        )
        .join(' ')})`,
    );
    for (const [to, from, sign] of types) {
      const name = `${to}.${from}_${sign}`;
      expect(trapOf(instance, name, [Number.NaN])).toBe('invalid conversion to integer: the operand is NaN');
      expect(trapOf(instance, name, [2 ** 80])).toMatch(/^integer overflow: 1\.2089258196146292e\+24 does not fit /);
    }
  });

  test('an element of an array or a table that is not there is told by its index and their length', () => {
    const kinds = ['i8', 'i32', 'i64', 'f64', 'v128', '(ref null any)'];
    const types = kinds.map((type, i) => `(type $a${i} (array (mut ${type})))`).join(' ');
    const get = (type: string): string => (type === 'i8' ? 'array.get_u' : 'array.get');
    const funcs = kinds
      .map(
        (type, i) => `
      (func (export "get${i}") (param i32) (drop (${get(type)} $a${i} (array.new_default $a${i} (i32.const 3)) (local.get 0))))
      (func (export "sum${i}") (param i32) (drop (${get(type)} $a${i} (array.new_default $a${i} (i32.const 3)) (i32.mul (local.get 0) (i32.const 1)))))
      (func (export "set${i}") (param i32) (local $v ${type === 'i8' ? 'i32' : type})
        (array.set $a${i} (array.new_default $a${i} (i32.const 3)) (local.get 0) (local.get $v)))`,
      )
      .join('');
    const instance = run(`(module ${types} (table 3 funcref) (type $f (func)) ${funcs}
      (func (export "table.get") (param i32) (drop (table.get (local.get 0))))
      (func (export "table.set") (param i32) (table.set (local.get 0) (ref.null func)))
      (func (export "call") (param i32) (call_indirect (type $f) (local.get 0)))
      (func (export "tail") (param i32) (return_call_indirect (type $f) (local.get 0)))
      (func (export "fill") (param i32) (array.fill $a1 (array.new_default $a1 (i32.const 3)) (local.get 0) (i32.const 1) (i32.const 2))))`);
    for (const i of [3, -1]) {
      kinds.forEach((_, kind) => {
        for (const name of ['get', 'sum', 'set']) {
          expect(trapOf(instance, `${name}${kind}`, [i])).toBe(`out of bounds array access: element ${i >>> 0} of 3`);
        }
      });
      for (const name of ['table.get', 'table.set']) {
        expect(trapOf(instance, name, [i])).toBe(`out of bounds table access: element ${i >>> 0} of 3`);
      }
      for (const name of ['call', 'tail']) {
        expect(trapOf(instance, name, [i])).toBe(`undefined element: element ${i >>> 0} of a table of 3`);
      }
    }
    expect(trapOf(instance, 'fill', [2])).toBe('out of bounds array access: elements 2 to 4 of 3');
  });

  test('a null reference is told by what it should be', () => {
    const instance =
      run(`(module (type $s (struct (field (mut i32)) (field (mut i64)))) (type $a (array (mut i32))) (type $f (func))
      (func (export "struct32") (drop (struct.get $s 0 (ref.null $s))))
      (func (export "struct64") (drop (struct.get $s 1 (ref.null $s))))
      (func (export "struct.set") (struct.set $s 0 (ref.null $s) (i32.const 1)))
      (func (export "array.get") (drop (array.get $a (ref.null $a) (i32.const 0))))
      (func (export "array.len") (drop (array.len (ref.null $a))))
      (func (export "array.fill") (array.fill $a (ref.null $a) (i32.const 0) (i32.const 0) (i32.const 0)))
      (func (export "i31") (drop (i31.get_s (ref.null i31))))
      (func (export "non-null") (drop (ref.as_non_null (ref.null any))))
      (func (export "call") (call_ref $f (ref.null $f)))
      (func (export "cast") (drop (ref.cast (ref $s) (ref.null any)))))`);
    const said = (name: string): string => trapOf(instance, name, []);
    for (const name of ['struct32', 'struct64', 'struct.set']) expect(said(name)).toBe('null structure reference');
    for (const name of ['array.get', 'array.len', 'array.fill']) expect(said(name)).toBe('null array reference');
    expect(['i31', 'non-null', 'call', 'cast'].map(said)).toEqual([
      'null i31 reference',
      'null reference',
      'null function reference',
      'cast failure',
    ]);
  });
});
