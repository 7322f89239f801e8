// Modules with large bodies, written as bytes: as texts they would be ten times as large.

function leb(n: number): number[] {
  const bytes: number[] = [];
  let rest = n;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

/** A piece of code, so many times. */
export function repeat(code: readonly number[], times: number): Uint8Array {
  const bytes = new Uint8Array(code.length * times);
  for (let i = 0; i < times; i++) bytes.set(code, i * code.length);
  return bytes;
}

function concat(parts: readonly ArrayLike<number>[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const section = (id: number, content: ArrayLike<number>): Uint8Array => concat([[id], leb(content.length), content]);
const body = (parts: readonly ArrayLike<number>[]): Uint8Array => {
  const code = concat([...parts, [0x0b]]);
  return concat([leb(code.length), code]);
};

/**
 * A module whose function 0, exported as `f`, has two locals of type i32 and this code; function 1 returns a thousand
 * values, and function 2 none.
 */
export function functionOf(code: readonly ArrayLike<number>[]): Uint8Array {
  const thousand = concat([[0x60, 0], leb(1000), repeat([0x7f], 1000)]);
  const bodies = [body([[1, 2, 0x7f], ...code]), body([[0], repeat([0x41, 0], 1000)]), body([[0]])];
  return concat([
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, concat([[2, 0x60, 0, 0], thousand])),
    section(3, [3, 0, 1, 0]),
    section(7, [1, 1, 0x66, 0, 0]),
    section(10, concat([[3], ...bodies])),
  ]);
}
