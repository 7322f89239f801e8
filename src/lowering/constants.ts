// The f64 constants that ops name by number. One pool for all code, since the loop wants a constant array; it only grows,
// and when it is full, constants go through slots instead.

const POOL = 1 << 14;
const words = new Int32Array(2 * POOL);

export const F64_CONSTANTS = new Float64Array(words.buffer);

const numbers = new Map<string, number>();

/** The number of a constant with these halves; undefined when the pool is full. */
export function constantNumber(lo: number, hi: number): number | undefined {
  const key = `${lo} ${hi}`;
  const known = numbers.get(key);
  if (known !== undefined) return known;
  const number = numbers.size;
  if (number === POOL) return undefined;
  numbers.set(key, number);
  words[2 * number] = lo;
  words[2 * number + 1] = hi;
  return number;
}
