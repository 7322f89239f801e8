// Numbers of the binary format (LEB128), for the small edits that the bench makes to modules.

/** Reads an unsigned number at `at`. */
export function readU32(bytes: ArrayLike<number>, at: number): { value: number; next: number } {
  let value = 0;
  let next = at;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[next++];
    value |= (byte & 127) << shift;
    if (byte < 128) return { value: value >>> 0, next };
  }
}

/** An unsigned number as bytes. */
export function u32(value: number): number[] {
  const out: number[] = [];
  for (; value > 127; value >>>= 7) out.push((value & 127) | 128);
  return [...out, value];
}

/** The bytes that a signed number has, for one that is not negative. */
export function s32(value: number): number[] {
  const out: number[] = [];
  for (; value > 63; value >>= 7) out.push((value & 127) | 128);
  return [...out, value];
}
