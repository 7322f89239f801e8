// Arguments and results of --invoke: texts to values by the function's type, and back.
// https://webassembly.github.io/spec/core/text/values.html  Numbers are written as in the text format.
import { F32, F64, I32, I64, V128, type ValType, isRef, typeName } from '../syntax/types.ts';
import { isNumberText, parseFloatBits, parseInteger } from '../text/literals.ts';
import { f32Text, f64Text } from '../text/printer-literals.ts';

const view = new DataView(new ArrayBuffer(8));

/** A value of the embedding API: number (i32, f32, f64), bigint (i64) or a reference. */
export type ArgValue = number | bigint | null;

function floatValue(text: string, width: 32 | 64): number | undefined {
  const bits = parseFloatBits(text, width);
  if (bits === undefined) return undefined;
  if (width === 32) {
    view.setUint32(0, Number(bits));
    return view.getFloat32(0);
  }
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

/** The value that `text` means as a `type`, or undefined when it means none: `7`, `-0x10`, `1.5`, `0x1p-3`, `nan`, `null`. */
export function parseValue(text: string, type: ValType): ArgValue | undefined {
  if (isRef(type)) return text === 'null' ? null : undefined;
  if (isNumberText(text, 0, text.length) === 0) return undefined;
  if (type === F32) return floatValue(text, 32);
  if (type === F64) return floatValue(text, 64);
  if (!/^[+-]?(0x[0-9a-f_]+|[0-9_]+)$/i.test(text)) return undefined;
  if (type === I32) {
    const bits = parseInteger(text, 32);
    return bits === undefined ? undefined : Number(BigInt.asIntN(32, bits));
  }
  if (type !== I64) return undefined;
  const bits = parseInteger(text, 64);
  return bits === undefined ? undefined : BigInt.asIntN(64, bits);
}

/** What a text for a type looks like, for a message. */
export function exampleOf(type: ValType): string {
  if (type === I32 || type === I64) return 'an integer such as 7, -1 or 0xff';
  if (type === F32 || type === F64) return 'a number such as 1.5, 1e3, 0x1p-3, inf or nan';
  if (type === V128) return 'vectors cannot be given here';
  return 'null is the only reference that can be given here';
}

/** A result as text: integers signed and in decimal, floats as in the text format, references by what they are. */
export function valueText(value: unknown, type: ValType): string {
  if (type === F32) {
    view.setFloat32(0, value as number);
    return f32Text(view.getInt32(0));
  }
  if (type === F64) {
    view.setFloat64(0, value as number);
    return f64Text(view.getInt32(4), view.getInt32(0));
  }
  if (!isRef(type)) return String(value);
  if (value === null) return 'null';
  if (value === undefined) return 'undefined';
  const kind = (value as { kind?: unknown }).kind;
  return `(ref ${typeof kind === 'string' ? kind : typeName(type)})`;
}
