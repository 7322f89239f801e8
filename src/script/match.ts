// Whether values are what a script expects, bit by bit, and how both are shown.
// https://github.com/WebAssembly/spec/tree/main/interpreter#scripts
import { heapTypeName } from '../syntax/types.ts';
import { toUnsigned } from '../syntax/bits.ts';
import type { Bits } from '../runtime/values.ts';
import type { NumberPattern, Pattern } from './script.ts';

/** The kinds of references that patterns distinguish. `other` is a reference of the host. */
export type ReferenceKind = 'func' | 'i31' | 'struct' | 'array' | 'exn' | 'other';

/** A reference of the host in scripts: `(ref.extern 7)`, or `(ref.host 7)` where it is seen as anyref. */
export class HostReference {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** Which kinds of reference a pattern takes. */
const TAKES = new Map<string, readonly ReferenceKind[]>([
  ['func', ['func']],
  ['exn', ['exn']],
  ['i31', ['i31']],
  ['struct', ['struct']],
  ['array', ['array']],
  ['eq', ['i31', 'struct', 'array']],
  ['any', ['i31', 'struct', 'array', 'other']],
]);

function matchesNumber(pattern: NumberPattern, bits: bigint, width: number): boolean {
  if (typeof pattern === 'bigint') return pattern === bits;
  const quiet = width === 32 ? 0x7fc00000n : 0x7ff8000000000000n;
  // Canonical: the quiet bit alone, any sign. Arithmetic: the quiet bit, and whatever else.
  const mask = pattern === 'nan:canonical' ? (1n << BigInt(width - 1)) - 1n : quiet;
  return (bits & mask) === quiet;
}

/** Whether one value is as expected. `kindOf` says what a reference is that is neither null nor from a script. */
export function matches(pattern: Pattern, value: Bits, kindOf: (reference: unknown) => ReferenceKind): boolean {
  switch (pattern.type) {
    case 'i32':
    case 'i64':
    case 'f32':
    case 'f64':
      return typeof value === 'bigint' && matchesNumber(pattern.bits, value, Number(pattern.type.slice(1)));
    case 'v128':
      return (
        typeof value === 'bigint' &&
        pattern.lanes.every((lane, i) => {
          const bits = toUnsigned(pattern.width, value >> BigInt(i * pattern.width));
          return matchesNumber(lane, bits, pattern.width);
        })
      );
    case 'ref.null':
      return value === null;
    case 'ref.extern':
    case 'ref.host':
      if (pattern.value === undefined) return value !== null;
      return value instanceof HostReference && value.value === pattern.value;
    case 'ref':
      return (
        value !== null &&
        (TAKES.get(pattern.kind) ?? []).includes(value instanceof HostReference ? 'other' : kindOf(value))
      );
    case 'either':
      return pattern.options.some((option) => matches(option, value, kindOf));
  }
}

function showNumber(bits: NumberPattern, width: number): string {
  return typeof bits === 'string' ? bits : `0x${bits.toString(16).padStart(width / 4, '0')}`;
}

/** A pattern, as the script writes it; numbers are shown as bits. */
export function showPattern(pattern: Pattern): string {
  switch (pattern.type) {
    case 'v128': {
      const lanes = pattern.lanes.map((lane) => showNumber(lane, pattern.width)).join(' ');
      return `(v128.const ${pattern.float ? 'f' : 'i'}${pattern.width}x${128 / pattern.width} ${lanes})`;
    }
    case 'ref.null':
      return pattern.heap === undefined ? '(ref.null)' : `(ref.null ${heapTypeName(pattern.heap)})`;
    case 'ref.extern':
    case 'ref.host':
      return `(${pattern.type}${pattern.value === undefined ? '' : ` ${pattern.value}`})`;
    case 'ref':
      return `(ref.${pattern.kind})`;
    case 'either':
      return `(either ${pattern.options.map(showPattern).join(' ')})`;
    default:
      return `(${pattern.type}.const ${showNumber(pattern.bits, Number(pattern.type.slice(1)))})`;
  }
}

/** A value that came out. `like` is the pattern beside it, which says how wide numbers are. */
export function showValue(
  value: Bits,
  like: Pattern | undefined,
  kindOf: (reference: unknown) => ReferenceKind,
): string {
  if (value === null) return '(ref.null)';
  if (value instanceof HostReference) return `(ref.extern ${value.value})`;
  if (typeof value !== 'bigint') return `(ref.${kindOf(value)})`;
  if (like?.type === 'v128') {
    const lanes = like.lanes.map((_, i) => toUnsigned(like.width, value >> BigInt(i * like.width)));
    return showPattern({ ...like, lanes });
  }
  if (like?.type === 'i32' || like?.type === 'i64' || like?.type === 'f32' || like?.type === 'f64') {
    return showPattern({ type: like.type, bits: value });
  }
  return `0x${value.toString(16)}`;
}
