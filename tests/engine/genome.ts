// Random programs that are valid by construction. A genome is an untyped tree of numbers; `emitModule` is total: any
// genome is some valid program, so that what fast-check shrinks is always a program again.
// NaNs are made canonical where their bits could be seen, since wasm leaves those of arithmetic open.
import fc from 'fast-check';
import { INSTRUCTIONS } from '../../src/syntax/instructions.ts';
import { F32, F64, I32, I64, type ValType } from '../../src/syntax/types.ts';

export interface Genome {
  readonly n: number;
  readonly k: number;
  readonly children: readonly Genome[];
}

const LEAF: Genome = { n: 0, k: 0, children: [] };

/** Trees of a few dozen nodes. */
export function genomes(maxDepth: number): fc.Arbitrary<Genome> {
  const n = fc.nat(0xffff);
  const k = fc.nat(0xffff);
  return fc.letrec<{ tree: Genome }>((tie) => ({
    tree: fc.oneof(
      { maxDepth, depthSize: 'large', depthIdentifier: 'genome', withCrossShrink: true },
      { weight: 1, arbitrary: fc.record({ n, k, children: fc.constant<Genome[]>([]) }) },
      {
        weight: 6,
        arbitrary: fc.record({
          n,
          k,
          children: fc.array(tie('tree'), { minLength: 2, maxLength: 4, depthIdentifier: 'genome' }),
        }),
      },
    ),
  })).tree;
}

/** The child of a genome; where there is none, a leaf that follows from the genome's own numbers. */
function childOf({ n, k, children }: Genome, i: number): Genome {
  if (i < children.length) return children[i];
  if (n === 0 && k === 0) return LEAF;
  const mixed = Math.imul(n * 31 + k * 17 + i * 7919 + 1, 0x9e3779b1) >>> 0;
  return { n: mixed & 0xffff, k: mixed >>> 16, children: [] };
}

/** The first three children. */
function three(g: Genome): [Genome, Genome, Genome] {
  return [childOf(g, 0), childOf(g, 1), childOf(g, 2)];
}

const TYPES = [I32, I64, F32, F64] as const;
type Type = (typeof TYPES)[number];
const NAMES: Record<Type, string> = { [I32]: 'i32', [I64]: 'i64', [F32]: 'f32', [F64]: 'f64' };

const isType = (t: ValType): t is Type => (TYPES as readonly ValType[]).includes(t);

interface Plain {
  readonly name: string;
  readonly pops: readonly Type[];
  readonly push: Type;
}

/** Every numeric instruction of the first versions of wasm, by result type. */
const PLAIN: readonly Plain[] = INSTRUCTIONS.flatMap(({ name, sig, imm, code }) => {
  if (imm !== 'none' || sig === undefined || sig.pushes.length !== 1 || sig.pops.length === 0) return [];
  const [push] = sig.pushes;
  // Prefix 0xfc goes on to wide arithmetic; only the saturating conversions are meant.
  if (!isType(push) || !sig.pops.every(isType) || (code > 0xff && !name.includes('trunc_sat'))) return [];
  return [{ name, pops: sig.pops.filter(isType), push }];
});
const BY_RESULT = new Map(TYPES.map((t) => [t, PLAIN.filter(({ push }) => push === t)]));

const MEMORY = INSTRUCTIONS.filter(({ name, imm, code }) => imm === 'memarg' && code <= 0xff && /^[if]/.test(name));
const LOADS = new Map(TYPES.map((t) => [t, MEMORY.filter(({ sig }) => sig?.pushes[0] === t)]));
const STORES = MEMORY.filter(({ sig }) => sig?.pushes.length === 0);

// biome-ignore format: a table
const CONSTANTS: Record<Type, readonly string[]> = {
  [I32]: ['0', '1', '-1', '2', '3', '7', '8', '31', '32', '255', '65535', '65536', '131070', '-2147483648', '2147483647', '-128', '4', '64', '16'],
  [I64]: ['0', '1', '-1', '2', '3', '31', '32', '33', '63', '64', '4294967295', '4294967296', '-2147483648', '-9223372036854775808', '9223372036854775807', '1000000007'],
  [F32]: ['0', '-0', '1', '-1.5', '0.5', '3.25', 'inf', '-inf', 'nan', '2147483648', '-2147483904', '4294967296', '9223372036854775808', '0x1p-149', '1e38', '-0.99'],
  [F64]: ['0', '-0', '1', '-1.5', '0.5', '3.25', 'inf', '-inf', 'nan', '2147483647.5', '-2147483648.9', '4294967296', '9223372036854775808', '0x1p-1074', '1e300', '-0.99'],
};

// Some offsets lie beyond the memory's minimum of a page, where fast ops do not reach.
const OFFSETS = [0, 1, 2, 3, 4, 8, 100, 65527, 65528, 65532, 65535, 65536, 131071, 0x7fffffff, 0xffffffff];

function offset(k: number): number {
  return k % 8 === 0 ? OFFSETS[(k >> 3) % OFFSETS.length] : OFFSETS[k % 7];
}

/** Locals 0 to 3 are the parameters; then two more of each type. */
const LOCALS: Record<Type, readonly number[]> = {
  [I32]: [0, 4, 5],
  [I64]: [1, 6, 7],
  [F32]: [2, 8, 9],
  [F64]: [3, 10, 11],
};
const LOCAL_DECLARATIONS = '(local i32 i32 i64 i64 f32 f32 f64 f64)';
const GLOBALS: Record<Type, readonly string[]> = {
  [I32]: ['$a', '$b'],
  [I64]: ['$c', '$d'],
  [F32]: ['$e'],
  [F64]: ['$f'],
};

interface Label {
  /** What a branch to it takes. */
  readonly types: readonly Type[];
}

/** Helper functions, which call only those before them: (params) -> (results). */
const HELPERS: readonly { readonly params: readonly Type[]; readonly results: readonly Type[] }[] = [
  { params: [I32, I64, F32, F64], results: [I32] },
  { params: [I32, I64, F32, F64], results: [F64, I64] },
  { params: [I32, I64, F32, F64], results: [F32, I32, I32] },
];
const MAIN = { params: [I32, I64, F32, F64], results: [I64, F32, I32, F64] } as const;

class Emitter {
  private readonly out: string[] = [];
  private readonly labels: Label[] = [];
  /** Helpers with lower numbers may be called. */
  private readonly level: number;

  constructor(level: number, results: readonly Type[]) {
    this.level = level;
    this.labels.push({ types: results });
  }

  text(): string {
    return this.out.join('\n    ');
  }

  private add(line: string): void {
    this.out.push(line);
  }

  /** Emits code that leaves values of these types. */
  values(types: readonly Type[], g: Genome, seen = false): void {
    types.forEach((t, i) => {
      this.value(t, childOf(g, i), seen);
    });
  }

  /** Emits code that leaves one value; `seen`: its bits are going to be looked at. */
  value(t: Type, g: Genome, seen = false): void {
    if (g.children.length === 0) this.leaf(t, g);
    else this.inner(t, g);
    if (seen && t === F32) this.add('call $canonical32');
    if (seen && t === F64) this.add('call $canonical64');
  }

  private leaf(t: Type, { n, k }: Genome): void {
    const locals = LOCALS[t];
    const globals = GLOBALS[t];
    const constants = CONSTANTS[t];
    if (n % 4 < 2) this.add(`local.get ${locals[k % locals.length]}`);
    else if (n % 4 === 2) this.add(`${NAMES[t]}.const ${constants[k % constants.length]}`);
    else this.add(`global.get ${globals[k % globals.length]}`);
  }

  private inner(t: Type, g: Genome): void {
    const { n, k } = g;
    const [a, b, c] = three(g);
    switch (n % 19) {
      case 16:
        // A statement while values wait on the stack.
        this.value(t, a);
        this.statement(b);
        return;
      case 17:
      case 18:
        // Two values of a block, combined, and statements before somebody uses them.
        this.open('block', [t, t], [], () => {
          this.value(t, a);
          this.value(t, b);
        });
        this.add(`${NAMES[t]}.${['add', 'sub', 'mul'][k % 3]}`);
        this.statement(c);
        return;
      case 0:
        this.load(t, a, k);
        return;
      case 1:
        this.value(t, a);
        this.add(`local.tee ${LOCALS[t][k % LOCALS[t].length]}`);
        return;
      case 2:
        this.values([t, t, I32], g);
        this.add('select');
        return;
      case 3:
        this.block(t, g);
        return;
      case 4:
        this.value(I32, c);
        this.open('if', [t], [], () => {
          this.statement(b);
          this.value(t, a);
          this.add('else');
          this.value(t, b);
        });
        return;
      case 5:
        this.loop(t, g);
        return;
      case 6:
        if (this.level === 0) this.plain(t, g);
        else this.call(t, g);
        return;
      case 7:
        if (t !== I32) this.plain(t, g);
        else if (k % 2 === 0) this.add('memory.size');
        else {
          this.value(I32, a);
          this.add('memory.grow');
        }
        return;
      case 8:
        // A branch with values below that it leaves behind.
        this.open('block', [t], [], () => {
          this.value(I64, b);
          this.value(t, a);
          this.value(I32, c);
          this.add('br_if 0');
          this.add(`local.set ${LOCALS[t][k % 3]}`);
          this.add('drop');
          this.value(t, b);
        });
        return;
      default:
        this.plain(t, g);
    }
  }

  private plain(t: Type, g: Genome): void {
    const rows = BY_RESULT.get(t) as readonly Plain[];
    const { name, pops } = rows[g.k % rows.length];
    const seen = /reinterpret|copysign/.test(name);
    this.values(pops, g, seen);
    // Few instructions trap: programs are to come further than that.
    const safe = (g.n >> 5) % 16 !== 0;
    if (safe && /div_|rem_/.test(name)) {
      this.add(`${NAMES[t]}.const 1`);
      this.add(`${NAMES[t]}.or`);
    }
    this.add(safe ? name.replace(/trunc_f/, 'trunc_sat_f') : name);
  }

  private load(t: Type, address: Genome, k: number): void {
    const rows = LOADS.get(t) as typeof MEMORY;
    this.address(address);
    this.add(`${rows[k % rows.length].name} offset=${offset(k >> 4)}`);
  }

  /** Most addresses are in the memory. */
  private address(g: Genome): void {
    this.value(I32, g);
    if (g.k % 32 !== 0) {
      this.add(`i32.const ${g.k % 2 === 0 ? 0xffff : 0x1ff}`);
      this.add('i32.and');
    }
  }

  private open(kind: string, results: readonly Type[], params: readonly Type[], body: () => void): void {
    const list = (word: string, types: readonly Type[]): string =>
      types.length === 0 ? '' : ` (${word} ${types.map((t) => NAMES[t]).join(' ')})`;
    this.add(`${kind}${list('param', params)}${list('result', results)}`);
    this.labels.push({ types: kind === 'loop' ? params : results });
    body();
    this.labels.pop();
    this.add('end');
  }

  private block(t: Type, g: Genome): void {
    const [a, b, c] = three(g);
    this.open('block', [t], [], () => {
      this.statement(b);
      this.value(t, a);
      this.value(I32, c);
      this.add('br_if 0');
    });
  }

  /** A loop that takes a value and may start again with another. */
  private loop(t: Type, g: Genome): void {
    const [a, b, c] = three(g);
    this.value(t, a);
    this.open('loop', [t], [t], () => {
      this.fuel();
      this.add(`local.set ${LOCALS[t][g.k % 3]}`);
      this.statement(b);
      this.value(t, b);
      this.again(c);
    });
  }

  /** Starts a loop again: at most three times in a row, nearly always. */
  private again(g: Genome): void {
    this.value(I32, g);
    if (g.k % 16 !== 0) {
      for (const line of ['global.get $fuel', 'i32.const 3', 'i32.and', 'i32.const 0', 'i32.ne', 'i32.and'])
        this.add(line);
    }
    this.add('br_if 0');
  }

  /** Loops and calls end some time. */
  private fuel(): void {
    this.add('call $fuel');
  }

  private call(t: Type, g: Genome): void {
    const index = g.k % this.level;
    const { params, results } = HELPERS[index];
    this.values(params, g);
    if (g.n % 32 < 16) this.add(`call $h${index}`);
    else {
      // The table holds the helpers, a null and one of another type.
      this.value(I32, childOf(g, 3));
      this.add(`i32.const ${(g.k >> 5) % 8 === 0 ? 7 : 0}`);
      this.add('i32.and');
      this.add(`i32.const ${index}`);
      this.add('i32.add');
      this.add(`call_indirect (type $t${index})`);
    }
    for (let i = results.length - 1; i > 0; i--) this.add(`local.set ${LOCALS[results[i]][(g.k >> 2) % 3]}`);
    if (results[0] !== t) {
      this.add(`local.set ${LOCALS[results[0]][(g.k >> 3) % 3]}`);
      this.leaf(t, g);
    }
  }

  /** Emits code that leaves nothing. */
  statement(g: Genome): void {
    const { n, k, children } = g;
    if (children.length === 0) return;
    const [a, b, c] = three(g);
    const t = TYPES[k % 4];
    switch (n % 14) {
      case 0:
      case 1:
        this.value(t, a);
        this.add(`local.set ${LOCALS[t][(k >> 2) % 3]}`);
        break;
      case 2:
        this.value(t, a, true);
        this.add(`global.set ${GLOBALS[t][(k >> 2) % GLOBALS[t].length]}`);
        break;
      case 3:
      case 4: {
        const row = STORES[k % STORES.length];
        this.address(a);
        this.value(row.sig?.pops[1] as Type, b, true);
        this.add(`${row.name} offset=${offset(k >> 5)}`);
        break;
      }
      case 5:
        // Effects whose values nobody wants; next to control they would meet nothing that waits on the stack.
        if (k % 3 === 0) this.value(t, a);
        else if (k % 3 === 1) this.load(t, childOf({ ...a, children: [] }, 0), k >> 2);
        else for (const line of [`i32.const ${k % 5 === 0 ? 1 : 0}`, 'memory.grow']) this.add(line);
        this.add('drop');
        break;
      case 6:
        this.open('block', [], [], () => {
          for (const child of children) this.statement(child);
          this.value(I32, c);
          this.add('br_if 0');
          this.statement(b);
        });
        break;
      case 7:
        this.value(I32, c);
        this.open('if', [], [], () => {
          this.statement(a);
          this.leave(g);
        });
        break;
      case 8:
        this.open('loop', [], [], () => {
          this.fuel();
          this.statement(a);
          this.statement(b);
          this.again(c);
        });
        break;
      case 9:
        this.switch(g);
        break;
      case 10:
        // Several values at once, and in another order.
        this.open('block', [t, I32], [], () => {
          this.value(t, a);
          this.value(I32, b);
          this.value(I32, c);
          this.add('br_if 0');
        });
        this.add(`local.set ${LOCALS[I32][k % 3]}`);
        this.add(`local.set ${LOCALS[t][(k >> 2) % 3]}`);
        break;
      case 11: {
        // Exchange two locals by way of the stack.
        const [x, y] = [LOCALS[t][k % 3], LOCALS[t][(k + 1) % 3]];
        for (const line of [`local.get ${x}`, `local.get ${y}`, `local.set ${x}`, `local.set ${y}`]) this.add(line);
        this.statement(a);
        break;
      }
      case 12:
        this.address(a);
        this.address(b);
        this.value(I32, c);
        this.add(`i32.const ${k % 64 === 0 ? -1 : 0x3ff}`);
        this.add('i32.and');
        this.add(k % 2 === 0 ? 'memory.fill' : 'memory.copy');
        break;
      default:
        for (const child of children) this.statement(child);
    }
  }

  private switch(g: Genome): void {
    const [a, b, c] = three(g);
    this.open('block', [], [], () => {
      this.open('block', [], [], () => {
        this.open('block', [], [], () => {
          this.value(I32, c);
          this.add(g.k % 2 === 0 ? 'br_table 0 1 2 1' : 'br_table 2 0 1 0');
        });
        this.statement(a);
      });
      this.statement(b);
    });
  }

  /** Leaves by a branch, a return or a trap, with what it takes; anything may follow. */
  private leave(g: Genome): void {
    const depth = (g.k >> 3) % this.labels.length;
    const { types } = this.labels[this.labels.length - 1 - depth];
    const isFunction = depth === this.labels.length - 1;
    switch (g.k % 32) {
      case 0:
        this.add('unreachable');
        return;
      case 1:
      case 3:
        this.values(this.labels[0].types, g, true);
        this.add('return');
        return;
      case 2:
      case 4:
        // Behind a branch everything is dead.
        this.values(types, g, isFunction);
        this.add(`br ${depth}`);
        this.statement(g.children[0]);
        return;
      default:
        this.value(I32, LEAF);
        this.values(types, g, isFunction);
        this.add(`br ${depth}`);
    }
  }
}

function functionText(
  name: string,
  level: number,
  type: { params: readonly Type[]; results: readonly Type[] },
  g: Genome,
): string {
  const emitter = new Emitter(level, type.results);
  for (const child of g.children) emitter.statement(child);
  emitter.values(type.results, g, true);
  const names = (types: readonly Type[]): string => types.map((t) => NAMES[t]).join(' ');
  return `  (func ${name} (param ${names(type.params)}) (result ${names(type.results)}) ${LOCAL_DECLARATIONS}
    call $fuel
    ${emitter.text()})`;
}

/** Fuel of a program, in loop heads and calls; more is a trap. */
export const FUEL = 1000;

/** Values that the module's globals start with, in the order of their indices, as the reference writes them. */
export const INITIAL_GLOBALS = [FUEL, 5, -7, 77n, -1n, 0x3fc00000, 0xc008000000000000n] as const;

/** The module that a list of genomes stands for: main and its helpers. */
export function emitModule(genes: readonly Genome[]): string {
  const helpers = HELPERS.map((type, i) => functionText(`$h${i}`, i, type, genes[i + 1] ?? LEAF)).join('\n');
  const types = HELPERS.map(
    ({ params, results }, i) =>
      `  (type $t${i} (func (param ${params.map((t) => NAMES[t]).join(' ')}) (result ${results.map((t) => NAMES[t]).join(' ')})))`,
  ).join('\n');
  return `(module
${types}
  (memory (export "m") 1 3)
  (table 6 funcref)
  (elem (i32.const 0) func $h0 $h1 $h2 $h2)
  (elem (i32.const 5) func $fuel)
  (global $fuel (export "fuel") (mut i32) (i32.const ${FUEL}))
  (global $a (export "a") (mut i32) (i32.const 5))
  (global $b (export "b") (mut i32) (i32.const -7))
  (global $c (export "c") (mut i64) (i64.const 77))
  (global $d (export "d") (mut i64) (i64.const -1))
  (global $e (export "e") (mut f32) (f32.const 1.5))
  (global $f (export "f") (mut f64) (f64.const -3))
  (func $fuel
    (if (i32.eqz (global.get $fuel)) (then unreachable))
    (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1))))
  (func $canonical32 (param f32) (result f32)
    (select (local.get 0) (f32.const nan) (f32.eq (local.get 0) (local.get 0))))
  (func $canonical64 (param f64) (result f64)
    (select (local.get 0) (f64.const nan) (f64.eq (local.get 0) (local.get 0))))
${helpers}
${functionText('$main (export "main")', HELPERS.length, MAIN, genes[0] ?? LEAF)})`;
}

/** Argument values for main: bits by type. */
// biome-ignore format: a table
export const ARGUMENTS: readonly (readonly [number, bigint, number, bigint])[] = [
  [0, 0n, 0, 0n],
  [1, -1n, 0x3f800000, 0x3ff8000000000000n],
  [-2147483648, -9223372036854775808n, 0x7f800000, 0xbff0000000000000n],
  [65535, 4294967296n, 0xbfc00000, 0x41dfffffffe00000n],
];
export const ARGUMENT_TYPES = [I32, I64, F32, F64] as const;
export const RESULT_TYPES = [I64, F32, I32, F64] as const;
