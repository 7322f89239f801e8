// Values as a trace shows them: literals of the text format, references by what they are.
// https://webassembly.github.io/spec/core/text/values.html

import { Func } from '../runtime/func.ts';
import { toUnsigned } from '../syntax/bits.ts';
import { F32, F64, HEAP, I32, I64, V128, heapOf, typeName } from '../syntax/types.ts';
import { f32Text, f64Text } from '../text/printer-literals.ts';
import type { TypedValue } from './step.ts';

/** Tells a function's name as it is shown. */
export type NameFunc = (func: Func) => string;

const low = (bits: bigint): number => Number(BigInt.asIntN(32, bits));
const EXTERN_HEAPS: ReadonlySet<number> = new Set([HEAP.extern, HEAP.noextern]);

/** `-7`, `1.5`, `nan:0x200000`, `null`, `func $f`, `extern`. Integers are signed. */
export function valueText({ type, bits }: TypedValue, nameFunc: NameFunc): string {
  if (type > 0) return referenceText(type, bits, nameFunc);
  // Nothing but a bigint is in a number's slot; a type that the engine cannot read yet is not guessed.
  if (typeof bits !== 'bigint') return '?';
  switch (type) {
    case I32:
      return String(low(bits));
    case I64:
      return BigInt.asIntN(64, bits).toString();
    case F32:
      return f32Text(low(bits));
    case F64:
      return f64Text(low(bits), low(bits >> 32n));
    default:
      return vectorText(bits);
  }
}

/** Lanes of an `i32x4`, lowest first, as the literals of the text format are printed. */
function vectorText(bits: bigint): string {
  const lanes = [0n, 32n, 64n, 96n].map((by) =>
    toUnsigned(32, bits >> by)
      .toString(16)
      .padStart(8, '0'),
  );
  return `i32x4 ${lanes.map((lane) => `0x${lane}`).join(' ')}`;
}

function referenceText(type: number, value: unknown, nameFunc: NameFunc): string {
  if (value === null) return 'null';
  if (EXTERN_HEAPS.has(heapOf(type))) return 'extern';
  if (value instanceof Func) return `func ${nameFunc(value)}`;
  if (typeof value === 'number') return `i31 ${value}`;
  const kind = (value as { readonly kind?: unknown } | undefined)?.kind;
  return kind === 'struct' || kind === 'array' || kind === 'exn' || kind === 'i31' ? kind : 'ref';
}

/** The value for the JSON format: `{"i32":7}`, `{"i64":"7"}`, `{"ref":null}`. Only i32 is a number in JSON. */
export function valueJson(value: TypedValue, nameFunc: NameFunc): Readonly<Record<string, string | number | null>> {
  const { type, bits } = value;
  if (type > 0) return { ref: bits === null ? null : valueText(value, nameFunc) };
  if (type === I32 && typeof bits === 'bigint') return { i32: low(bits) };
  return { [type === V128 ? 'v128' : typeName(type)]: valueText(value, nameFunc) };
}
