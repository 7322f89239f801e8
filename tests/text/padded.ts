// Tells modules in which a number is longer than it has to be, the one thing that the text format cannot give back; or a
// type index of 2^27 or more, which no module can have types for, and which is read as one and the same.
// https://webassembly.github.io/spec/core/binary/values.html#integers
// Every number of the format is read by a method of Reader: while a module is looked at, each compares what it read with
// the length that the value needs.
import { Reader } from '../../src/decoder/reader.ts';

const unsigned = (value: bigint): number => {
  let size = 1;
  for (let rest = value; rest >= 0x80n; rest >>= 7n) size++;
  return size;
};
const signed = (value: bigint): number => {
  let size = 1;
  for (let rest = value; rest < -0x40n || rest > 0x3fn; rest >>= 7n) size++;
  return size;
};
const whole = ({ hi, lo }: Reader, sign: 'signed' | 'unsigned'): bigint =>
  (BigInt(sign === 'signed' ? hi : hi >>> 0) << 32n) | BigInt(lo >>> 0);

/** The bytes that the number just read needs. */
const NEEDS: Readonly<Record<'u32' | 's32' | 's33' | 'u64' | 's64', (value: unknown, reader: Reader) => number>> = {
  u32: (value) => unsigned(BigInt(value as number)),
  s32: (value) => signed(BigInt(value as number)),
  s33: (value) => ((value as number) < 2 ** 27 ? signed(BigInt(value as number)) : 0),
  u64: (_, reader) => unsigned(whole(reader, 'unsigned')),
  s64: (_, reader) => signed(whole(reader, 'signed')),
};

/** Whether `look` reads a number that is padded. */
export function readsPadded(look: () => void): boolean {
  let padded = false;
  const names = Object.keys(NEEDS) as (keyof typeof NEEDS)[];
  const before = names.map((name) => Reader.prototype[name]);
  names.forEach((name, i) => {
    const read = before[i] as (this: Reader) => unknown;
    Reader.prototype[name] = function (this: Reader): never {
      const start = this.offset;
      const value = read.call(this);
      if (this.offset - start > NEEDS[name](value, this)) padded = true;
      return value as never;
    };
  });
  try {
    look();
  } finally {
    names.forEach((name, i) => {
      Reader.prototype[name] = before[i] as never;
    });
  }
  return padded;
}
