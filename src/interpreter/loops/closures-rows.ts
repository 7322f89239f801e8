// The row of an op in closures.ts: its forms, by which operands closures compute, and what its factories take. How an op
// is written is in closures-target.ts, what it does in lowering/ops.
import { isSlot, isWritten } from '../../lowering/op-table.ts';
import { b, textOf } from '../../lowering/ops/parts.ts';
import { type Bits, type Op, statementsOf } from '../../lowering/ops/rows.ts';
import { codeText } from '../../lowering/ops/statements.ts';
import { ClosuresTarget } from './closures-target.ts';

interface Form {
  readonly target: ClosuresTarget;
  readonly body: string;
}

/** Ops of several operands that are often computed for them. */
const OFTEN_COMPUTED: ReadonlySet<string> = new Set(
  [
    'i32.add i32.sub i32.mul i32.and i32.or i32.xor i32.shl i32.shr_s i32.shr_u',
    'f64.add f64.sub f64.mul f64.div',
    'br.i32.eq br.i32.ne br.i32.lt_s br.i32.lt_u br.i32.ge_s br.i32.ge_u',
    'i32.load i32.load.add i32.load8_u i32.load8_u.add i32.store i32.store.add i32.store8 i32.store8.add',
    'i64.load i64.store',
  ].flatMap((names) => names.split(' ')),
);

/**
 * Is it worth a form? Where one is missing, operands go through their slots. This leaves out a third of the forms; 2.7 of
 * a hundred closures that programs of the corpus make would be of those. Each form costs some ten bytes.
 */
function isWanted(name: string, computed: readonly string[], mask: number): boolean {
  const few = (mask & (mask - 1)) === 0;
  if (mask === 0 || computed.length === 1) return true;
  if (name === 'f64.mul>add') return few || mask === 3 || mask === 7;
  return OFTEN_COMPUTED.has(name) && (few || computed.length === 2);
}

/** All choices of closures among so many operands. */
function masks(count: number): number[] {
  return Array.from({ length: 1 << count }, (_, mask) => mask);
}

/** Statements, and the value that they lead to. */
interface Written {
  readonly code: string;
  readonly value?: string;
}

type Write = (t: ClosuresTarget) => Written;

/** All of an op as statements. */
function asEffect(one: Op): Write {
  const { quick: _, ...plain } = one;
  return (t) => {
    const code = codeText(t, statementsOf(plain));
    return { code: one.kind === 'branch' ? `${code} ${t.branch(textOf(t, one.last ?? ''))}`.trim() : code };
  };
}

/** An op's value. */
function asValue(one: Op): Write {
  return (t) => {
    const code = codeText(t, one.before);
    const value = textOf(t, one.last ?? '');
    return { code, value: one.canonical ? `canonical(${value})` : value };
  };
}

/** An i64 on its way from memory or to it as an f64, without a detour through a slot. */
function asBits(bits: Exclude<Bits, { of: 'constant' }>): Write {
  return (t) => {
    if (bits.of === 'store') {
      t.place(b);
      t.usesView = true;
      t.beforeCheck = 'const vb = b(s); ';
    }
    const check = bits.check.text(t);
    if (bits.of === 'load') return { code: check, value: '(p & 7) === 0 ? MF[p >>> 3] : loadF64(M8, p)' };
    return { code: `${check} if ((p & 7) === 0) MF[p >>> 3] = vb; else storeF64(M8, p, vb);` };
  };
}

const LOCALS = ['x', 'y', 'z', 'p', 'al', 'ah', 'bl', 'bh'] as const;

function localsOf({ locals }: ClosuresTarget): string {
  const names = LOCALS.filter((name) => locals.has(name));
  const so = locals.has('so') ? 'let so!: StructObject | null; ' : '';
  return so + (names.length === 0 ? '' : `let ${names.map((name) => `${name}!: number`).join(', ')}; `);
}

/**
 * A form. A value that is read before a store or a trap of the same op stays so only where all closures come first, once
 * each and in order; else they are called before everything.
 */
function formOf(one: Op, write: Write, letters: readonly string[]): Form {
  const inPlace = new ClosuresTarget(one, new Map(letters.map((letter) => [letter, `${letter}(s)`])));
  const written = write(inPlace);
  const reads = inPlace.reads.filter(({ letter }) => letters.includes(letter));
  const asTheyAre = reads.every(({ early }) => early) && reads.map(({ letter }) => letter).join() === letters.join();
  if (asTheyAre) return { target: inPlace, body: bodyOf(inPlace, '', written) };
  const target = new ClosuresTarget(one, new Map(letters.map((letter) => [letter, `v${letter}`])));
  const hoisted = letters.map((letter) => `const v${letter} = ${letter}(s); `).join('');
  const rest = write(target);
  return { target, body: bodyOf(target, hoisted, rest) };
}

function bodyOf(target: ClosuresTarget, hoisted: string, { code, value }: Written): string {
  const before = hoisted + code;
  if (value === undefined) return `{ ${localsOf(target)}${before} }`;
  return before === '' ? `(${value})` : `{ ${localsOf(target)}${before} return ${value}; }`;
}

/**
 * The parameters of a row, frequent ones always at the same place, with `_` in those that are not used: so that a
 * minifier gives them the same names in all rows, which makes the text some 20 % smaller when it is compressed.
 */
function placed(used: ReadonlySet<string>): string[] {
  const parameters = PLACES.map((name) => (used.has(name) ? name : '_'));
  return [...parameters, ...[...used].filter((name) => !PLACES.includes(name)).sort()];
}

const PLACES = ['a', 'b', 'd', 'k', 'P'];

function formText({ target, body }: Form, parameters: readonly string[]): string {
  // All forms of a row take the same; what one of them does not use is marked so.
  const names = parameters.map((name, i) => (target.parameters.has(name) ? name : `_${i}`));
  return `(${names.join(', ')}) => (${target.usesView ? 's' : ''}) => ${body}`;
}

/** Operands that are read as one number and nothing else, so that a closure can take their place. */
function computedOf(one: Op): { readonly computed: string[]; readonly leaves: boolean } {
  const target = new ClosuresTarget(one, new Map());
  asEffect(one)(target);
  const isComputed = (letter: string): boolean =>
    target.reads.some((read) => read.letter === letter) && !target.others.has(letter);
  const computed = [...one.operands].filter((letter) => isSlot(letter) && !isWritten(letter) && isComputed(letter));
  return { computed, leaves: target.leaves };
}

/** Forms by which of the computed operands are closures (bit i for operand i), and whether all are made. */
function formsOf(one: Op, write: Write, computed: readonly string[], all: boolean): (Form | undefined)[] {
  return masks(computed.length).map((mask) => {
    if (!all && !isWanted(one.name, computed, mask)) return undefined;
    return formOf(
      one,
      write,
      computed.filter((_, i) => (mask >> i) & 1),
    );
  });
}

/** The form that is one number as it is. */
function constantForm(one: Op): Form {
  const target = new ClosuresTarget(one, new Map());
  target.parameters.add('w');
  return { target, body: 'w' };
}

/** Forms that give a value to who takes it. */
function valuesOf(one: Op, computed: readonly string[]): (Form | undefined)[] {
  const { bits } = one;
  if (one.kind === 'i32' || one.kind === 'f64') return formsOf(one, asValue(one), computed, false);
  if (bits === undefined) return [];
  return bits.of === 'constant' ? [constantForm(one)] : formsOf(one, asBits(bits), computed, true);
}

export function rowText(one: Op, number: number): string {
  const { computed, leaves } = computedOf(one);
  const { bits } = one;
  const forms = formsOf(one, asEffect(one), computed, false).concat(valuesOf(one, computed));
  const parameters = placed(new Set(forms.flatMap((form) => [...(form?.target.parameters ?? [])])));
  const texts = forms.map((form) => (form === undefined ? 'undefined' : formText(form, parameters)));
  // Words that f64 arithmetic may take as a number: moved as one, a NaN would lose its bits.
  const gives = bits !== undefined && bits.of !== 'store';
  const letters = computed.join('') + (bits?.of === 'store' ? 'B' : '');
  const head = `'${gives ? 'bits' : one.kind}', ${leaves}, '${letters}', '${parameters.join(' ')}'`;
  return `  row(${head}, [ // ${number} ${one.name} ${one.operands}\n${texts.map((text) => `    ${text},`).join('\n')}\n  ]),`;
}
