// Writes closures.ts from the op table: `npm run generate`. The result is committed; closures.sync.test.ts holds it in
// step. Each row becomes factories of closures: operands are captured, so that nothing is decoded at run time. An operand
// is a slot of the frame or, where a value is computed only for this op, the closure that computes it.
// It knows how formulas are written; what ops mean is in lowering/ops.ts, how closures become code in blocks.ts, and what
// is not made from ops in generate-closures-text.ts.
import { isSlot, opNumber } from '../../lowering/op-table.ts';
import { OPS, type TextOp as Op } from '../../lowering/ops.ts';
import { faultReason } from '../../runtime/reasons.ts';
import { rowText as partRow } from './closures-rows.ts';
import { HEAD, TAIL } from './generate-closures-text.ts';

/** What a row's closures are: an effect, an i32 or an f64 value, a branch that may fall through, an end. */
type Kind = 'effect' | 'i32' | 'f64' | 'branch' | 'end';

/** A formula in the words of closures, with its operands still to be read. */
interface Draft {
  readonly kind: Kind;
  /** Statements before the last one. */
  readonly before: string;
  /** The last one: the value, or what is done. */
  readonly last: string;
  /** Operands that closures may compute, in the order of evaluation. */
  readonly computed: string;
  readonly traps: boolean;
  /** A NaN that it gives is the canonical one. */
  readonly nan: boolean;
}

/** The check of an access: x is the address, p the index where it is inside. The constant is put in at once. */
const CHECK = /x = ([^;]+); y = (\w); if \(\(x >>> 0\) > \(mb - y - (\d+) >>> 0\)\) FAULT\((\d+)\) p = x \+ y \| 0;/g;

function shorterCheck(formula: string): string {
  return formula.replace(CHECK, (_, address: string, offset: string, size: string, bytes: string) => {
    const x = address.endsWith(' | 0') ? address.slice(0, -4) : address;
    return `p = (${x.includes(' ') ? `(${x})` : x} >>> 0) + ${offset}; if (p > m${size}) fault(${faultReason(Number(bytes))}, P, p);`;
  });
}

/** Puts `letter` and `letter + n` where a variable that holds a slot is used as an index, so that it is not needed. */
function withoutPlaces({ plain: formula, ends }: Op, checked: string): string {
  // With absolute indices there are no operands that could be counted on beforehand.
  if (/\bfp2?\b/.test(formula) && !ends) return checked;
  let text = checked;
  for (const [assignment, name, letter] of formula.matchAll(/\b([xyz]) = ([a-e]);/g)) {
    const head = text.slice(0, text.indexOf(assignment));
    const tail = text.slice(head.length + assignment.length);
    // The variable has this value up to the statement that sets it again.
    const next = tail.search(new RegExp(`\\b${name} = `));
    const scope = next < 0 ? tail : tail.slice(0, next);
    const rest = next < 0 ? '' : tail.slice(next);
    const used = new RegExp(`\\b${name}\\b`);
    if (used.test(rest.slice(name.length, rest.indexOf(';')))) continue;
    const replaced = scope
      .replace(new RegExp(`S\\[${name} \\+ (\\d) \\| 0\\]`, 'g'), `S[${letter}$1]`)
      .replace(new RegExp(`S\\[${name}\\]`, 'g'), `S[${letter}]`);
    // Behind a branch in which it is set again, it may still have this value.
    const depth = scope.split('{').length - scope.split('}').length;
    const behind = depth > 0 ? rest.slice(rest.indexOf('}')) : '';
    text = head + (used.test(replaced) || used.test(behind) ? assignment : '') + replaced + rest;
  }
  return text;
}

/** Back to the caller, which is no taken branch. The block to go on at is known where this place was left before. */
const RETURN =
  'fuel = fuel + 1; sp = sp - 2; fp2 = fp2 - FS[sp + 1]; fp = fp2 >>> 1; const views = VIEWS[fp] ?? newView(fp); view = views.s; F = views.F; FF = views.FF; const back = BACK[sp]; return back !== undefined && back.pc === FS[sp] ? back : comeBack();';

/** Endings of ops that never fall through. */
function endings(formula: string): string {
  return formula
    .replace(/\bpc = pc \+ SIZE \| 0; TRAP\((\d+)\)/g, 'return leave($1, Q);')
    .replace(/\bpc = C\[pc \+ SIZE \+ x \| 0\]; BRANCHED/g, 'return J[x];')
    .replace(/\bTRAP\((\d+)\)/g, 'return leave($1, P);')
    .replace(/\bJUMP\b/g, 'return t;')
    .replace(/\bRETURN\b/g, RETURN)
    .replace(/\bENTER\b/g, 'return enter(x);')
    .replace(/\bFS\[sp\] = pc \+ SIZE \| 0;/g, 'FS[sp] = Q; BACK[sp] = q;')
    .replace(/\bS\[fp2\]/g, 's[0]')
    .replace(/\bS\[fp2 \+ 1 \| 0\]/g, 's[1]');
}

/**
 * A direct call, in which everything about the callee is known: K is its first block, f the size of its frame, u and v
 * the range of words to zero.
 */
const DIRECT_CALL =
  'if (sp > FRAME_WORDS || fp2 + l + f > SLOT_WORDS) return leave(8, P); FS[sp] = Q; FS[sp + 1] = l; BACK[sp] = q; sp = sp + 2; fp2 = fp2 + l; fp = fp2 >>> 1; const views = VIEWS[fp] ?? newView(fp); view = views.s; F = views.F; FF = views.FF; for (let i: number = u; i < v; i++) view[i] = 0; return K;';
/** The formula that this stands for; another one is translated word by word. */
const CALL_FORMULA =
  /^x = k; z = l; if \(sp > FRAME_WORDS \|\| \(fp2 \+ z \+ C\[x - 4 \| 0\] \| 0\) > SLOT_WORDS\) TRAP\(8\) FS\[sp\] = pc \+ SIZE \| 0; FS\[sp \+ 1 \| 0\] = z; sp = sp \+ 2 \| 0; fp2 = fp2 \+ z \| 0; fp = fp2 >>> 1; ENTER$/;

const I64_LOAD = /^i64\.load(\.(shl|add|k))*$/;
const I64_STORE = /^i64\.store(\.(shl|add|k))*$/;

/** f64 values on their way to and from memory, which are i64 accesses in the code: no detour through a slot. */
const F64_LOAD = 'return (p & 7) === 0 ? MF[p >>> 3] : loadF64(M8, p);';
const F64_STORE = 'if ((p & 7) === 0) MF[p >>> 3] = vb; else storeF64(M8, p, vb);';

function draft(one: Op): Draft {
  const traps = /TRAP|FAULT|SAVE|break quit/.test(one.plain);
  const nan = one.plain.endsWith(' NAN');
  let text = withoutPlaces(one, shorterCheck(one.plain)).replace(/ NAN$/, '');
  if (one.ends) {
    text = CALL_FORMULA.test(one.plain) ? DIRECT_CALL : endings(text);
    if (one.name.endsWith('.lazy'))
      text = `if ((CODE[P] & 65535) !== ${opNumber(one.name)}) return again(P, o); ${text}`;
    return { kind: 'end', before: '', last: text, computed: computedLetters(one, text), traps, nan };
  }
  text = text
    .replace(/\{ pc = pc \+ SIZE \| 0; TRAP\((\d+)\) \}/, 'trap($1, Q);')
    .replace('fuel = fuel - k | 0', 'fuel = fuel - k')
    .replace(/\br = x; break quit;/g, 'trap(x, P);')
    .replace(/\bTRAP\((\d+)\)/g, 'trap($1, P);')
    .replace(/\bFAULT\((\d+)\)/g, (_, size: string) => `fault(${faultReason(Number(size))}, P, (x >>> 0) + y);`)
    .replace(/\bSAVE\b/g, 'place = P;');
  const computed = computedLetters(one, text);
  const branch = /^(.*)if \((.*)\) JUMP$/.exec(text);
  if (branch !== null) return { kind: 'branch', before: branch[1], last: branch[2], computed, traps, nan };
  const value = /^(.*?)(?:S\[d\]|F\[(D)\]) = ([^;]*);$/.exec(text);
  if (value !== null && !/\b[dD]\b|\] = /.test(value[1] + value[3]) && !one.operands.includes('e')) {
    return { kind: value[2] === undefined ? 'i32' : 'f64', before: value[1], last: value[3], computed, traps, nan };
  }
  return { kind: 'effect', before: '', last: text, computed, traps, nan };
}

/** Operands that are read as one number and nothing else, so that a closure can take their place. */
function computedLetters(one: Op, text: string): string {
  if (/\bfp2?\b/.test(text) && !one.ends) return '';
  return [...one.operands]
    .filter((letter) => {
      if (!isSlot(letter) || /[deDE]/.test(letter)) return false;
      const array = letter < 'a' ? 'F' : 'S';
      const rest = text.split(`${array}[${letter}]`);
      return rest.length > 1 && !new RegExp(`\\b${letter}\\d?\\b`).test(rest.join(''));
    })
    .join('');
}

/** The text of a form: which of the computed operands are closures is in `mask`. */
function operandsPut(d: Draft, mask: number): { before: string; last: string } {
  let { before, last } = d;
  const closures = [...d.computed].filter((_, i) => (mask >> i) & 1);
  const whole = `${before} @ ${last}`;
  const conditional = whole.search(/\?|&&|\|\||\bif\b|\b(?:trap|fault)\b|\] = /);
  const places = closures.map((letter) => {
    const parts = whole.split(`${letter < 'a' ? 'F' : 'S'}[${letter}]`);
    return parts.length === 2 && (conditional < 0 || parts[0].length < conditional) ? parts[0].length : -1;
  });
  const inPlace = places.every((place, i) => place >= 0 && (i === 0 || place > places[i - 1]));
  // A value that is read before a store or a trap of the same op stays so only where all of them come first.
  let hoisted = '';
  for (const letter of closures) {
    const name = letter < 'a' ? `F[${letter}]` : `S[${letter}]`;
    const value = inPlace ? `${letter}(s)` : `v${letter}`;
    if (!inPlace) hoisted += `const v${letter} = ${letter}(s); `;
    before = before.split(name).join(value);
    last = last.split(name).join(value);
  }
  return { before: hoisted + before, last };
}

/** Names of the closures' words: slots of the running frame are indices of s, F and FF. */
function finished(one: Op, text: string): string {
  const absolute = /\bfp2?\b/.test(text) && !one.ends;
  let result = text;
  if (absolute) result = result.replace(/\b[a-e]\b(?!\()/g, '(fp2 + $&)').replace(/\b[A-E]\b(?!\()/g, '(fp + $&)');
  else {
    result = result
      .replace(/\bS\[/g, 's[')
      .replace(/\bR\[([A-E])\]/g, 'R[fp + $1]')
      .replace(/([(,] ?)([a-e])(?=[,)])/g, '$1fp2 + $2')
      .replace(/([(,] ?)([A-E])(?=[,)])/g, '$1fp + $2');
  }
  return result
    .replace(/s\[x \+ (\d) \| 0\]/g, 's[x + $1]')
    .replace(/\bC\[/g, 'CODE[')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** Parameters of a form, in the words that blocks.ts understands (operandOf there). */
const WORDS = /\b(?:[a-eA-E]\d?|[klmn]|[tPQJNK]|[oqfuvw])\b/g;

function locals(text: string): string {
  const names = ['x', 'y', 'z', 'p', 'al', 'ah', 'bl', 'bh'].filter((name) => new RegExp(`\\b${name}\\b`).test(text));
  const so = /\bso\b/.test(text) ? 'let so!: StructObject | null; ' : '';
  return so + (names.length === 0 ? '' : `let ${names.map((name) => `${name}!: number`).join(', ')}; `);
}

interface Form {
  readonly parameters: readonly string[];
  readonly body: string;
}

function closure(one: Op, before: string, last: string, returned: 'value' | 'nothing'): Form {
  const text = finished(one, before);
  const end = finished(one, last);
  const all = `${text} ${end}`;
  const parameters = [...new Set([...all.replace(/\bs\[/g, '[').matchAll(WORDS)].map(([word]) => word))].sort();
  const plain = text === '' && !/[;{]/.test(end.replace(/;$/, ''));
  if (returned === 'value') {
    return { parameters, body: plain ? `(${end})` : `{ ${locals(all)}${text} return ${end}; }` };
  }
  return { parameters, body: `{ ${locals(all)}${text} ${end} }`.replace(/ {2,}/g, ' ') };
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

function formText(form: Form, parameters: readonly string[]): string {
  // All forms of a row take the same; what one of them does not use is marked so.
  const names = parameters.map((name, i) => (form.parameters.includes(name) ? name : `_${i}`));
  return `(${names.join(', ')}) => (${/(?<!\.)\bs\b/.test(form.body) ? 's' : ''}) => ${form.body}`;
}

/** Forms by which of the computed operands are closures: bit i for operand i. */
interface Forms {
  readonly computed: string;
  readonly effects: readonly (Form | undefined)[];
  /** The same as values, for ops that have one. */
  readonly values: readonly (Form | undefined)[];
}

/** All choices of closures among so many operands. */
function masks(count: number): number[] {
  return Array.from({ length: 1 << count }, (_, mask) => mask);
}

/** Ops of several operands that are often computed for them: plain arithmetic, accesses, comparing branches. */
const OFTEN_COMPUTED =
  /^(i32\.(add|sub|mul|and|or|xor|shl|shr_s|shr_u)|f64\.(add|sub|mul|div)|br\.i32\.\w+|i32\.(load|store)(8|8_u)?(\.add)?|i64\.(load|store))$/;

/**
 * Is it worth a form? Where one is missing, operands go through their slots. This leaves out a third of the forms; 2.7 of
 * a hundred closures that programs of the corpus make would be of those. Each form costs some ten bytes.
 */
function isWanted(one: Op, { computed }: Draft, mask: number): boolean {
  const few = (mask & (mask - 1)) === 0;
  if (mask === 0 || computed.length === 1) return true;
  if (one.name === 'f64.mul>add') return few || mask === 3 || mask === 7;
  return OFTEN_COMPUTED.test(one.name) && (few || computed.length === 2);
}

/** The statement that stores a float: a NaN becomes the canonical one, written as words. */
function withCanonicalNaN(store: string): string {
  return store
    .replace(/^FF\[d\] = (.*);$/, 'const value = $1; FF[d] = value; if (value !== value) S[d] = NAN32;')
    .replace(/^F\[D\] = (.*);$/, 'const value = $1; F[D] = value; if (value !== value) writeNaN(D);');
}

function formsOf(one: Op, d: Draft): Forms {
  const effects: (Form | undefined)[] = [];
  const values: (Form | undefined)[] = [];
  for (const mask of masks(d.computed.length)) {
    if (!isWanted(one, d, mask)) {
      effects.push(undefined);
      if (d.kind === 'i32' || d.kind === 'f64') values.push(undefined);
      continue;
    }
    const { before, last } = operandsPut(d, mask);
    const effect: Record<Kind, string> = {
      i32: `S[d] = ${last};`,
      f64: `F[D] = ${last};`,
      branch: `return ${last} ? t : N(s);`,
      effect: last,
      end: last,
    };
    const done = effect[d.kind];
    effects.push(closure(one, before, d.nan ? withCanonicalNaN(done) : done, 'nothing'));
    if (d.kind === 'i32' || d.kind === 'f64')
      values.push(closure(one, before, d.nan ? `canonical(${last})` : last, 'value'));
  }
  if (one.name === 'const64') return { computed: '', effects, values: [{ parameters: ['w'], body: 'w' }] };
  if (I64_LOAD.test(one.name)) return { computed: d.computed, effects, values: f64Access(one, d, '', F64_LOAD) };
  if (I64_STORE.test(one.name)) {
    effects.push(...f64Access(one, d, 'const vb = b(s); ', F64_STORE));
    return { computed: `${d.computed}B`, effects, values };
  }
  return { computed: d.computed, effects, values };
}

/** Forms of an i64 access for an f64: by the closures that compute the address, what comes before the check, and what is done. */
function f64Access(one: Op, d: Draft, before: string, action: string): Form[] {
  return masks(d.computed.length).map((mask) => {
    const check = /^(.*)(if \(p > .*fault\(\d+, P, p\);) +if \(\(p & 3\) === 0\)/.exec(operandsPut(d, mask).last);
    if (check === null) throw new Error(`${one.name} does not look as it did: see f64Access`);
    return closure(one, check[1] + before + check[2], action, 'nothing');
  });
}

function rowText(one: Op, number: number): string {
  const d = draft(one);
  const { computed, effects, values } = formsOf(one, d);
  const all = [...effects, ...values];
  const parameters = placed(new Set(all.flatMap((form) => form?.parameters ?? [])));
  const texts = all.map((form) => (form === undefined ? 'undefined' : formText(form, parameters)));
  // Words that f64 arithmetic may take as a number: moved as one, a NaN would lose its bits.
  const kind = values.length > 0 && d.kind === 'effect' ? 'bits' : d.kind;
  const head = `'${kind}', ${d.traps}, '${computed}', '${parameters.join(' ')}'`;
  return `  row(${head}, [ // ${number} ${one.name} ${one.operands}\n${texts.map((text) => `    ${text},`).join('\n')}\n  ]),`;
}

/** The whole text of closures.ts. */
export function generateClosures(): string {
  return `${HEAD}${OPS.map((one, number) => ('kind' in one ? partRow(one, number) : rowText(one, number))).join('\n')}\n${TAIL}`;
}
