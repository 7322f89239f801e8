// Values as traces and reports show them: numbers as literals of the text format, references by what they are.
// https://webassembly.github.io/spec/core/text/values.html
import { brandOf } from '../brand.ts';
import { type Func, isFunc } from '../runtime/func.ts';
import { isI31 } from '../runtime/objects.ts';
import { numberText } from '../syntax/number-text.ts';
import { HEAP, I32, V128, heapOf, typeName } from '../syntax/types.ts';
import type { TypedValue } from './step.ts';

/** Tells a function's name as it is shown. */
export type NameFunc = (func: Func) => string;

const EXTERN_HEAPS: ReadonlySet<number> = new Set([HEAP.extern, HEAP.noextern]);
const KINDS: ReadonlySet<unknown> = new Set(['struct', 'array', 'exn']);

/** `-7`, `1.5`, `nan:0x200000`, `i32x4 0x...`, `null`, `func $f`, `i31 -5`, `extern`. Integers are signed. */
export function valueText({ type, bits }: TypedValue, nameFunc: NameFunc): string {
  if (type > 0) return referenceText(type, bits, nameFunc);
  // Nothing but a bigint is in a number's slot; a type that the engine cannot read yet is not guessed.
  return typeof bits === 'bigint' ? numberText(type, bits) : '?';
}

function referenceText(type: number, value: unknown, nameFunc: NameFunc): string {
  if (value === null) return 'null';
  if (EXTERN_HEAPS.has(heapOf(type))) return 'extern';
  if (isFunc(value)) return `func ${nameFunc(value)}`.trimEnd();
  if (isI31(value)) return `i31 ${value}`;
  const kind = brandOf(value);
  return kind !== undefined && KINDS.has(kind) ? kind : 'host';
}

/** The value for the JSON format: `{"i32":7}`, `{"i64":"7"}`, `{"ref":null}`. Only i32 is a number in JSON. */
export function valueJson(value: TypedValue, nameFunc: NameFunc): Readonly<Record<string, string | number | null>> {
  const { type, bits } = value;
  if (type > 0) return { ref: bits === null ? null : valueText(value, nameFunc) };
  if (type === I32 && typeof bits === 'bigint') return { i32: Number(BigInt.asIntN(32, bits)) };
  return { [type === V128 ? 'v128' : typeName(type)]: valueText(value, nameFunc) };
}
