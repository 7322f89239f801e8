// Arguments and results of --invoke: texts to bits by the function's type, and back. Nothing goes through JavaScript's
// numbers, which do not keep the bits of a NaN. https://webassembly.github.io/spec/core/text/values.html
import { type NameFunc, referenceLiteral } from '../runtime/reference-text.ts';
import type { Bits } from '../runtime/values.ts';
import { numberText } from '../syntax/number-text.ts';
import { F32, F64, I32, I64, V128, type ValType, isNullable, isRef } from '../syntax/types.ts';
import { parseNumber } from '../text/literals.ts';

/** The bits that `text` means as a `type`, or undefined when it means none: `7`, `-0x10`, `1.5`, `0x1p-3`, `nan`, `null`. */
export function parseValue(text: string, type: ValType): Bits | undefined {
  if (isRef(type)) return text === 'null' && isNullable(type) ? null : undefined;
  return parseNumber(text, type);
}

/** What a text for a type looks like, for a message. */
export function exampleOf(type: ValType): string {
  if (type === I32 || type === I64) return 'an integer such as 7, -1 or 0xff';
  if (type === F32 || type === F64) return 'a number such as 1.5, 1e3, 0x1p-3, inf or nan';
  if (type === V128) return 'a vector such as "i32x4 1 2 3 4" or "f64x2 0.5 nan"';
  if (!isNullable(type)) return 'null is the only reference that can be given here, and this one is never null';
  return 'null is the only reference that can be given here';
}

/** A result as text: numbers and vectors as literals, `null`, and other references as `(ref.func $f)`, `(ref.i31 -5)`. */
export function resultText(type: ValType, bits: Bits, nameFunc: NameFunc): string {
  return isRef(type) ? referenceLiteral(type, bits, nameFunc) : numberText(type, bits as bigint);
}
