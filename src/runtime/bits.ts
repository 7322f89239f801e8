// Sets of small numbers, a bit each: which functions of a module. Empty ones take no memory that a host gives as it is used.

/** An empty set of numbers below `size`. */
export function bitSet(size: number): Int32Array {
  return new Int32Array((size + 31) >>> 5);
}

/** Is it in the set? Sets that are too short do not have it. */
export function hasBit(set: Int32Array, n: number): boolean {
  return ((set[n >>> 5] >>> n) & 1) !== 0;
}

export function addBit(set: Int32Array, n: number): void {
  set[n >>> 5] |= 1 << n;
}
