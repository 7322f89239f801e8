// References as traces and reports show them: by their kind, since nothing else of them is for people.
import { brandOf } from '../brand.ts';
import { HEAP, type ValType, heapOf } from '../syntax/types.ts';
import type { Func } from './instance.ts';
import { isFunc } from './func.ts';
import { isI31 } from './objects.ts';

/** Returns a function's name as it is shown; the empty text where it has none. */
export type NameFunc = (func: Func) => string;

/** Types that say what their values are; an exception that has never met the host has no brand. */
const TOLD: ReadonlyMap<number, string> = new Map([
  [HEAP.extern, 'extern'],
  [HEAP.noextern, 'extern'],
  [HEAP.exn, 'exn'],
  [HEAP.noexn, 'exn'],
]);
const KINDS: ReadonlySet<unknown> = new Set(['struct', 'array', 'exn']);

/** `null`, `func $f`, `i31 -5`, `struct`, `array`, `exn`, `extern`, or `host` for a value of the host in another type. */
export function referenceText(t: ValType, value: unknown, nameFunc: NameFunc): string {
  if (value === null) return 'null';
  const told = TOLD.get(heapOf(t));
  if (told !== undefined) return told;
  if (isFunc(value)) return `func ${nameFunc(value)}`.trimEnd();
  if (isI31(value)) return `i31 ${value}`;
  const kind = brandOf(value);
  return kind !== undefined && KINDS.has(kind) ? kind : 'host';
}

/** The same as scripts of the testsuite write it: `(ref.func $f)`, `(ref.i31 -5)`; null is `null`. */
export function referenceLiteral(t: ValType, value: unknown, nameFunc: NameFunc): string {
  const text = referenceText(t, value, nameFunc);
  return text === 'null' ? text : `(ref.${text})`;
}
