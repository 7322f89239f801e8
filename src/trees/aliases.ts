// Instructions that are done as others: neither an op nor a function out of line is theirs.

/** Reinterpretations and wrapping: the words of the operand are the value. */
const NO_BITS = [
  'i32.wrap_i64',
  'i32.reinterpret_f32',
  'i64.reinterpret_f64',
  'f32.reinterpret_i32',
  'f64.reinterpret_i64',
] as const;
export const MOVES_NO_BITS: ReadonlySet<string> = new Set(NO_BITS);

/** By mnemonic, the access or the operation that does the same. */
const SAME = {
  'f32.load': 'i32.load',
  'f64.load': 'i64.load',
  'f32.store': 'i32.store',
  'f64.store': 'i64.store',
  'i64.store8': 'i32.store8',
  'i64.store16': 'i32.store16',
  'i64.store32': 'i32.store',
  'i64.extend32_s': 'i64.extend_i32_s',
} as const;

/** Comparisons that have no op are others with their operands exchanged. */
type Comparison =
  | `${'f32' | 'f64'}.${'lt' | 'gt' | 'le' | 'ge'}`
  | `${'i32' | 'i64'}.${'lt' | 'gt' | 'le' | 'ge'}_${'s' | 'u'}`;
const COMPARISONS = new Set<string>(
  ['lt', 'gt', 'le', 'ge'].flatMap((name) =>
    ['f32.*', 'f64.*', 'i32.*_s', 'i32.*_u', 'i64.*_s', 'i64.*_u'].map((form) => form.replace('*', name)),
  ),
);

export type Alias = (typeof NO_BITS)[number] | keyof typeof SAME | Comparison;

const OTHERS: ReadonlyMap<string, string> = new Map(Object.entries(SAME));

export function isAlias(name: string): boolean {
  return MOVES_NO_BITS.has(name) || OTHERS.has(name) || COMPARISONS.has(name);
}

/** The access or operation that an instruction is done as: mostly itself. */
export function doneAs(name: string): string {
  return OTHERS.get(name) ?? name;
}
