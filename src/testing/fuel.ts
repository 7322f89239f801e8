// How generated modules end: an exported global counts down, in loops and in functions that may call themselves in some
// way. Here is the code for that; surely-ends.ts sees whether a module that was changed since has it where it is needed.
import { Writer } from '../encoder/writer.ts';

/** The name of the global that counts. */
export const FUEL = 'fuel';

function write(global: number, parts: readonly (readonly number[])[]): Uint8Array {
  const writer = new Writer();
  for (const [i, part] of parts.entries()) {
    if (i > 0) writer.u32(global);
    writer.bytes(Uint8Array.from(part));
  }
  return writer.take();
}

/** The binary format's `func` that returns 1 and uses up one unit, or returns 0. */
export function fuelFunction(global: number): Uint8Array {
  return write(global, [
    [0x00, 0x23],
    [0x04, 0x7f, 0x23],
    [0x41, 0x01, 0x6b, 0x24],
    [0x41, 0x01, 0x05, 0x41, 0x00, 0x0b, 0x0b],
  ]);
}

/** Instructions that use up one unit, and trap where there is none. */
export function fuelPrologue(global: number): Uint8Array {
  return write(global, [[0x23], [0x45, 0x04, 0x40, 0x00, 0x0b, 0x23], [0x41, 0x01, 0x6b, 0x24], []]);
}
