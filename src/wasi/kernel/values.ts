// Values as system calls get them: what comes from a module is a number or a bigint.

export type Value = number | bigint;

/** How a parameter arrives: i32 unsigned, i64 unsigned, i64 signed; an address of 64 bits as the number that it is. */
export type Coercion = 'u32' | 'u64' | 's64' | 'address';

export function coerce(value: Value, kind: Coercion): Value {
  if (kind === 'u32') return (value as number) >>> 0;
  if (kind === 'address') return Number(BigInt.asUintN(64, value as bigint));
  return kind === 'u64' ? BigInt.asUintN(64, value as bigint) : BigInt.asIntN(64, value as bigint);
}
