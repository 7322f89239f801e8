import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { TestGuest } from '../../guest.suite.ts';
import { errnoName, SystemError } from '../../host/errno.ts';
import { decodeUtf8, encodeUtf8 } from '../../../syntax/utf8.ts';
import { BufferOutput, outputTo, type PieceSource } from './streams.ts';

const later = (milliseconds = 1): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A guest that reads standard input in pieces of at most `size` bytes, to its end. */
async function readAll(stdin: PieceSource, size = 4, mode: 'async' | 'sync' = 'async'): Promise<string> {
  const guest = new TestGuest({ stdin, mode });
  guest.setU32(0x200, 0x8000);
  guest.setU32(0x204, size);
  let text = '';
  for (;;) {
    const errno = await guest.raw('fd_read', 0, 0x200, 1, 0x300);
    if (errno !== 0) return `${text} ${errnoName(errno as number)}`;
    const length = guest.u32(0x300);
    if (length === 0) return text;
    text += decodeUtf8(guest.bytes, 0x8000, 0x8000 + length);
  }
}

async function* lines(...texts: string[]): AsyncGenerator<string> {
  for (const text of texts) {
    await later();
    yield text;
  }
}

describe('input from', () => {
  it('an array, also where nothing can wait', async () => {
    expect(await readAll(['one', encodeUtf8(' two'), '', ' three'])).toBe('one two three');
    expect(await readAll(['one', encodeUtf8(' two'), '', ' three'], 4, 'sync')).toBe('one two three');
  });

  const iterator = (next: () => unknown) => ({ [Symbol.iterator]: () => ({ next }) });
  const asynchronous = (next: () => unknown) => ({ [Symbol.asyncIterator]: () => ({ next }) });
  it.each<[string, unknown]>([
    ['undefined, later', asynchronous(async () => undefined)],
    ['a number, later', asynchronous(async () => 5)],
    ['a number', asynchronous(() => 5)],
    ['a number at once', iterator(() => 5)],
    ['undefined, from a reader', { getReader: () => ({ read: async () => undefined, cancel() {} }) }],
    [
      'what throws',
      asynchronous(async () => ({
        get done(): boolean {
          throw new TypeError('not done');
        },
      })),
    ],
    ['empty texts for ever', iterator(() => ({ done: false, value: '' }))],
    ['nothing for ever', iterator(() => ({ done: false }))],
    ['empty texts for ever, later', asynchronous(async () => ({ value: '' }))],
  ])('a source that breaks the rules of iterators kept or ended the host: %s', async (_, source) => {
    await expect(readAll(source as PieceSource)).rejects.toThrow(TypeError);
  });

  it('an asynchronous generator, whose empty pieces are no end', async () => {
    expect(await readAll(lines('one', '', '', 'two'))).toBe('onetwo');
    expect(await readAll(lines('one'), 4, 'sync')).toBe(' NOTSUP');
  });

  it('a stream of Node and a stream of the web', async () => {
    expect(await readAll(Readable.from(['a', 'b', 'c']))).toBe('abc');
    const pieces = ['x', 'y'];
    const stream = new ReadableStream<string>({
      pull(controller) {
        const piece = pieces.shift();
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
    });
    expect(await readAll(stream)).toBe('xy');
    expect(await readAll(new Blob(['blob']).stream())).toBe('blob');
  });

  it('a source that fails ends the program with its error, after what came before', async () => {
    async function* failing(): AsyncGenerator<string> {
      yield 'abcdef';
      throw new RangeError('the line is dead');
    }
    await expect(readAll(failing())).rejects.toThrow('the line is dead');
  });

  it('is asked for only when the guest wants it, and told when the guest has ended', async () => {
    let asked = 0;
    let stopped = false;
    const source = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false as const, value: `line ${++asked}\n` }),
        return: () => {
          stopped = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const guest = new TestGuest({ stdin: source });
    expect(asked).toBe(0);
    expect([guest.read(0, 4), asked, guest.read(0, 4), asked]).toEqual(['line', 1, ' 1\n', 1]);
    guest.wasi.close();
    expect([asked, stopped]).toEqual([1, true]);
  });

  it('can be polled', async () => {
    const guest = new TestGuest({ stdin: lines('abc'), mode: 'async' });
    guest.bytes[0x408] = 1;
    expect(await guest.raw('poll_oneoff', 0x400, 0x500, 1, 0x300)).toBe(0);
    expect(guest.u64(0x510)).toBe(3n);
  });
});

describe('output to', () => {
  it('a function that returns a promise makes the guest wait for it', async () => {
    const taken: string[] = [];
    const guest = new TestGuest({
      mode: 'async',
      stdout: async (bytes) => {
        await later(5);
        taken.push(decodeUtf8(bytes) ?? '?');
      },
    });
    guest.text('ab');
    guest.setU32(0x204, 1);
    for (const at of [0x1000, 0x1001]) {
      guest.setU32(0x200, at);
      expect(await guest.raw('fd_write', 1, 0x200, 1, 0x300)).toBe(0);
    }
    expect(taken).toEqual(['a']);
    await later(20);
    expect(taken).toEqual(['a', 'b']);
  });

  it('a function that fails later ends the program at the next write', async () => {
    const guest = new TestGuest({ mode: 'async', stdout: () => Promise.reject(new RangeError('the disk is full')) });
    expect(guest.write(1, 'a')).toBe(1);
    await later();
    expect(() => guest.write(1, 'b')).toThrow('the disk is full');
  });

  it('a buffer keeps to its limit and says NOSPC past it, after a partial write', () => {
    const stdout = new BufferOutput(5);
    const guest = new TestGuest({ stdout });
    expect([guest.write(1, 'abc'), guest.write(1, 'def'), guest.write(1, 'ghi')]).toEqual([3, 2, 'NOSPC']);
    expect(stdout.text()).toBe('abcde');
  });

  it('a million parts, or gigabytes of them, is refused or cut without being copied first', () => {
    let bytes = 0;
    const guest = new TestGuest({ stdout: outputTo((piece) => (bytes += piece.length)) });
    guest.bytes = new Uint8Array(0x20_0000);
    expect(guest.call('fd_write', 1, 0x1_0000, 1_000_000, 0x300)).toBe('INVAL');
    for (let i = 0; i < 1024; i++) {
      guest.setU32(0x1_0000 + i * 8, 0x4_0000);
      guest.setU32(0x1_0000 + i * 8 + 4, 0x1_0000);
    }
    expect(guest.call('fd_write', 1, 0x1_0000, 1024, 0x300)).toBe('SUCCESS');
    expect([guest.u32(0x300), bytes]).toEqual([0x400_0000, 0x400_0000]);
  });

  it('a failing sink that says PIPE gives the guest PIPE', () => {
    const broken = outputTo(() => {
      throw new SystemError('PIPE');
    });
    const guest = new TestGuest({ stdout: broken });
    expect(guest.write(1, 'x')).toBe('PIPE');
  });
});
