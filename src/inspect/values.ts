// Values as traces and reports show them: numbers as literals of the text format, references by their kind.
// https://webassembly.github.io/spec/core/text/values.html
import { lowWord } from '../syntax/bits.ts';
import { type NameFunc, referenceText } from '../runtime/reference-text.ts';
import { numberText } from '../syntax/number-text.ts';
import { I32, V128, type ValType, typeName } from '../syntax/types.ts';
import type { Bits } from '../runtime/values.ts';

/** An operand or a result. */
export interface TypedValue {
  readonly type: ValType;
  readonly bits: Bits;
}

/** `-7`, `1.5`, `nan:0x200000`, `i32x4 0x...`, `null`, `func $f`, `i31 -5`, `extern`. Integers are signed. */
export function valueText({ type, bits }: TypedValue, nameFunc: NameFunc): string {
  if (type > 0) return referenceText(type, bits, nameFunc);
  // Nothing but a bigint is in a number's slot; a type that the engine cannot read yet is not guessed.
  return typeof bits === 'bigint' ? numberText(type, bits) : '?';
}

/** The value for the JSON format: `{"i32":7}`, `{"i64":"7"}`, `{"ref":null}`. Only i32 is a number in JSON. */
export function valueJson(value: TypedValue, nameFunc: NameFunc): Readonly<Record<string, string | number | null>> {
  const { type, bits } = value;
  if (type > 0) return { ref: bits === null ? null : valueText(value, nameFunc) };
  if (type === I32 && typeof bits === 'bigint') return { i32: lowWord(bits) };
  return { [type === V128 ? 'v128' : typeName(type)]: valueText(value, nameFunc) };
}
