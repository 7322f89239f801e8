import { describe, expect, it } from 'vitest';
import { TestGuest } from './guest.suite.ts';
import { ExitStatus, memoryDirectory, QueueInput, seededRandom, VirtualClock, WASI } from './index.ts';
import { RIGHTS } from './preview1/abi.ts';

const ENTRY = { exports: { memory: { bytes: new Uint8Array(8) } } };

/** An instance whose `_start` does something with the imports. */
function program(wasi: WASI, body: (call: (name: string, ...args: (number | bigint)[]) => unknown) => unknown) {
  const functions = wasi.imports['wasi_snapshot_preview1'];
  return { exports: { ...ENTRY.exports, _start: () => body((name, ...args) => functions?.[name]?.(...args)) } };
}

/** The strings that a pair of calls such as args_sizes_get and args_get tell. */
function strings(guest: TestGuest, kind: 'args' | 'environ'): string[] {
  expect(guest.call(`${kind}_sizes_get`, 0x100, 0x104)).toBe('SUCCESS');
  expect(guest.call(`${kind}_get`, 0x200, 0x400)).toBe('SUCCESS');
  const [count, size] = [guest.u32(0x100), guest.u32(0x104)];
  const texts = Buffer.from(guest.bytes.subarray(0x400, 0x400 + size))
    .toString()
    .split('\0')
    .slice(0, -1);
  expect(texts).toHaveLength(count);
  let at = 0x400;
  texts.forEach((text, i) => {
    expect(guest.u32(0x200 + i * 4)).toBe(at);
    at += Buffer.byteLength(text) + 1;
  });
  return texts;
}

describe('what is given in place of something else', () => {
  it('is a TypeError that says what it has to be', () => {
    const wasi = new WASI({ mode: 'sync' }) as unknown as Record<string, (...args: unknown[]) => unknown>;
    const calls: [string, unknown[], string][] = [
      ['start', [], 'what is started has to be an instance'],
      ['start', ['x'], 'what is started has to be an instance'],
      ['start', [{}], 'what is started has to be an instance'],
      ['start', [{ exports: null }], 'exports has to be an object'],
      ['initialize', [null], 'what is prepared has to be an instance'],
      ['bind', [], 'what is given has to be an object (with memory)'],
      ['bind', [{ memory: {} }], 'is not a memory'],
      ['run', [], 'the engine has to be an engine'],
      [
        'run',
        [{ beginInstantiate() {}, yieldToHost() {} }, new Uint8Array(8)],
        'the module has to be a compiled module',
      ],
    ];
    for (const [method, args, text] of calls) {
      expect(() => wasi[method]?.(...args), method).toThrow(TypeError);
      expect(() => wasi[method]?.(...args), method).toThrow(text);
    }
    for (const pair of [['/'], ['/', memoryDirectory(), 1], '/x']) {
      expect(() => new WASI({ preopens: [pair] as never })).toThrow(/a pair has to be an array of two/);
    }
  });

  it('and too many directories are told with the limit', () => {
    const preopens = Array.from({ length: 1022 }, (_, i) => [`/${i}`, memoryDirectory()] as const);
    expect(() => new WASI({ preopens })).toThrow('MFILE: a program has 1024 descriptors at most');
    expect(() => new WASI({ preopens: preopens.slice(1) })).not.toThrow();
  });
});

describe('what a guest is given', () => {
  it('is nothing by default: no arguments, no variables of the process, no directories', () => {
    const guest = new TestGuest();
    expect([strings(guest, 'args'), strings(guest, 'environ')]).toEqual([[], []]);
    expect(guest.call('fd_prestat_get', 3, 0x100)).toBe('BADF');
  });

  it('is exactly the arguments and variables that are named', () => {
    const guest = new TestGuest({ args: ['prog', '', 'ü €'], env: { A: '1', B: 'x=y' } });
    expect(strings(guest, 'args')).toEqual(['prog', '', 'ü €']);
    expect(strings(guest, 'environ')).toEqual(['A=1', 'B=x=y']);
  });

  it('cannot hold a NUL, nor a variable without a name', () => {
    expect(() => new WASI({ args: ['a\0b'] })).toThrow(TypeError);
    expect(() => new WASI({ env: { A: '\0' } })).toThrow(TypeError);
    expect(() => new WASI({ env: { 'A=B': '' } })).toThrow(TypeError);
    expect(() => new WASI({ preopens: { 'a\0': memoryDirectory() } })).toThrow(TypeError);
  });

  it('clocks and randomness are those of the host that is given, with default ones otherwise', () => {
    const guest = new TestGuest({ clock: new VirtualClock({ start: 77n }), random: seededRandom(1) });
    expect(guest.call('clock_time_get', 0, 0n, 0x100)).toBe('SUCCESS');
    expect(guest.u64(0x100)).toBe(77n);
    expect(guest.call('clock_time_get', 4, 0n, 0x100)).toBe('INVAL');
    guest.call('random_get', 0x100, 8);
    const again = new TestGuest({ random: seededRandom(1) });
    again.call('random_get', 0x100, 8);
    expect(again.u64(0x100)).toBe(guest.u64(0x100));
    const usual = new TestGuest();
    expect(usual.call('random_get', 0, 0x1_0000)).toBe('SUCCESS');
    expect(new Set(usual.bytes).size).toBe(256);
    usual.call('clock_time_get', 0, 0n, 0x100);
    expect(Math.abs(Number(usual.u64(0x100) / 1_000_000n) - Date.now())).toBeLessThan(1000);
    for (const clock of [0, 1]) expect(usual.call('clock_res_get', clock, 0x100)).toBe('SUCCESS');
    expect(usual.u64(0x100)).toBeGreaterThan(0n);
    expect(usual.call('clock_time_get', 2, 0n, 0x100)).toBe('NOTSUP');
  });
});

describe('running a program', () => {
  it('the exit code is 0 when _start returns, and otherwise what proc_exit was given, unsigned', () => {
    for (const [code, seen] of [
      [0, 0],
      [33, 33],
      [256, 256],
      [-1, 0xffff_ffff],
    ] as const) {
      const wasi = new WASI();
      expect(wasi.start(program(wasi, (call) => call('proc_exit', code)))).toBe(seen);
    }
    const wasi = new WASI();
    expect(wasi.start(program(wasi, () => undefined))).toBe(0);
  });

  it('a promise of _start gives a promise of the exit code', async () => {
    const one = new WASI();
    expect(await one.start(program(one, async () => undefined))).toBe(0);
    const two = new WASI();
    expect(await two.start(program(two, async () => Promise.reject(new ExitStatus(5))))).toBe(5);
    const three = new WASI();
    const failing = program(three, async () => Promise.reject(new RangeError('trap')));
    await expect(three.start(failing)).rejects.toThrow(RangeError);
  });

  it('errors of the program go on to the caller, and everything is closed', () => {
    let closed = 0;
    const root = memoryDirectory();
    root.close = () => closed++;
    const wasi = new WASI({ preopens: { '/': root } });
    const failing = program(wasi, () => {
      throw new RangeError('trap');
    });
    expect(() => wasi.start(failing)).toThrow(RangeError);
    expect(closed).toBe(1);
  });

  it('closing ends the waits that are left', async () => {
    const guest = new TestGuest({ stdin: new QueueInput(), mode: 'async' });
    guest.setU32(0x204, 1);
    const answer = guest.raw('fd_read', 0, 0x200, 1, 0x300);
    guest.wasi.close();
    await expect(answer).rejects.toBeInstanceOf(ExitStatus);
  });

  it('takes memories of the JavaScript API too, whose buffer changes when they grow', () => {
    const guest = new TestGuest();
    const memory = { buffer: new ArrayBuffer(8) };
    guest.wasi.bind({ memory });
    expect(guest.call('args_sizes_get', 8, 12)).toBe('FAULT');
    memory.buffer = new ArrayBuffer(16);
    expect(guest.call('random_get', 8, 8)).toBe('SUCCESS');
    expect(new Uint8Array(memory.buffer).some((byte) => byte !== 0)).toBe(true);
    expect(() => guest.wasi.bind({ memory: {} as typeof memory })).toThrow(TypeError);
  });

  it('says what is missing: an entry, or a memory', () => {
    const wasi = new WASI();
    expect(() => wasi.start({ exports: {} })).toThrow(/_start/);
    expect(() => wasi.imports['wasi_snapshot_preview1']?.['args_sizes_get']?.(0, 4)).toThrow(
      /^missing memory: call bind/,
    );
    expect(wasi.initialize({ exports: {} })).toBeUndefined();
  });
});

describe('preview 0', () => {
  it('counts whence otherwise and has a shorter filestat', () => {
    const guest = new TestGuest({ preopens: { '/': memoryDirectory({ a: 'hello' }) } }, 'wasi_unstable');
    const fd = guest.open('a', { base: RIGHTS.fd_read | RIGHTS.fd_seek | RIGHTS.fd_tell }) as number;
    const seek = (offset: bigint, whence: number): bigint => {
      expect(guest.call('fd_seek', fd, offset, whence, 0x300)).toBe('SUCCESS');
      return guest.u64(0x300);
    };
    expect([seek(-1n, 1), seek(2n, 2), seek(1n, 0)]).toEqual([4n, 2n, 3n]);
    guest.bytes.fill(0xee, 0x300, 0x400);
    expect(guest.call('path_filestat_get', 3, 0, ...guest.text('a'), 0x300)).toBe('SUCCESS');
    expect([guest.bytes[0x310], guest.u32(0x314), guest.u64(0x318)]).toEqual([4, 1, 5n]);
    expect(guest.bytes[0x338]).toBe(0xee);
  });
});

describe('strace', () => {
  it('says one line per call, with texts, results and error names, and nothing that a terminal would obey', () => {
    const lines: string[] = [];
    const guest = new TestGuest({ preopens: { '/': memoryDirectory() }, strace: (line) => lines.push(line) });
    guest.path('path_create_directory', 'd');
    guest.path('path_create_directory', '\u001b[2J\u202e\u009b');
    guest.open('missing');
    guest.open('d');
    guest.write(1, 'hi');
    expect(() => guest.raw('proc_exit', 3)).toThrow(ExitStatus);
    expect(lines).toEqual([
      'path_create_directory(fd=3, path="d") = SUCCESS',
      'path_create_directory(fd=3, path="\\u001b[2J\\u202e\\u009b") = SUCCESS',
      'path_open(fd=3, dirflags=0, path="missing", oflags=0, rights_base=0x0, rights_inheriting=0x0, fdflags=0, opened=0x100) = NOENT',
      'path_open(fd=3, dirflags=0, path="d", oflags=0, rights_base=0x0, rights_inheriting=0x0, fdflags=0, opened=0x100) = SUCCESS opened:4',
      'fd_write(fd=1, iovs=["hi"], nwritten=0x108) = SUCCESS nwritten:2',
      'proc_exit(rval=3)',
    ]);
  });
});
