import { type ChildProcess, execFileSync, type StdioOptions, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath, platform } from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { programFile } from '../../../../tests/programs.ts';
import { now, within } from '../../../clock.ts';
import { errnoOf } from '../../host/filesystem.suite.ts';
import { outputToFd } from './output.ts';

/** A program on our WASI, in a process of its own: `body` has `wasi`, `call(name, ...args)`, `read()` and `write(fd, text)`. */
function start(mode: 'async' | 'sync', body: string, stdio: StdioOptions = 'pipe'): ChildProcess {
  const [command, ...args] = commandLine(mode, body);
  return spawn(command as string, args, { stdio });
}

function commandLine(mode: 'async' | 'sync', body: string): string[] {
  const node = fileURLToPath(new URL('../node.ts', import.meta.url));
  const index = fileURLToPath(new URL('../../index.ts', import.meta.url));
  const script = `
    import { nodeHost } from ${JSON.stringify(node)};
    import { WASI } from ${JSON.stringify(index)};
    const memory = { bytes: new Uint8Array(65536) };
    const view = new DataView(memory.bytes.buffer);
    const wasi = new WASI(nodeHost({ mode: '${mode}', stdio: true }));
    wasi.bind({ memory });
    const call = (name, ...args) => wasi.imports.wasi_snapshot_preview1[name](...args);
    const read = async () => {
      view.setUint32(0, 1024, true);
      view.setUint32(4, 100, true);
      const errno = await call('fd_read', 0, 0, 1, 8);
      return errno === 0 ? new TextDecoder().decode(memory.bytes.subarray(1024, 1024 + view.getUint32(8, true))) : errno;
    };
    const write = (fd, text) => {
      const { written } = new TextEncoder().encodeInto(text, memory.bytes.subarray(2048));
      view.setUint32(0, 2048, true);
      view.setUint32(4, written, true);
      return call('fd_write', fd, 0, 1, 8);
    };
    /** What comes first, the time (0) or a descriptor: the type of its event, or its error number. */
    const poll = async (nanoseconds, type = 1, fd = 0) => {
      memory.bytes.fill(0, 4096, 4192);
      memory.bytes[4104] = type;
      view.setUint32(4112, fd, true);
      view.setUint32(4160, 1, true);
      view.setBigUint64(4168, nanoseconds, true);
      const errno = await call('poll_oneoff', 4096, 8192, 2, 8);
      const event = memory.bytes[8192 + 8] || memory.bytes[8192 + 10];
      return errno === 0 ? event : 'errno ' + errno;
    };
    ${body}
    wasi.close();`;
  return [execPath, programFile(script)];
}

/** The same with a pipe of the machine as standard output, which Node's own are not. */
function startPiped(body: string): ChildProcess {
  return spawn('sh', ['-c', '"$@" | cat', 'sh', ...commandLine('async', body)], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** All output of a process, and its exit code. Input is fed by `feed`, which gets what was written so far each time. */
function finish(
  child: ChildProcess,
  feed: (output: string, child: ChildProcess) => void,
): Promise<[string, number | null]> {
  let output = '';
  return new Promise((resolve) => {
    child.stdout?.on('data', (data) => {
      output += data;
      feed(output, child);
    });
    child.stderr?.on('data', (data) => {
      output += data;
    });
    child.on('close', (code) => resolve([output, code]));
  });
}

const ECHO = `
  write(1, '?');
  for (;;) {
    const text = await read();
    if (text === '') break;
    write(1, '<' + text.trim() + '>');
  }
  write(2, 'end');`;

describe.each(['async', 'sync'] as const)('standard streams of the process in mode %s', (mode) => {
  it('input is waited for as it comes, until its end, and the process then ends by itself', async () => {
    const fed: string[] = [];
    const result = await finish(start(mode, ECHO), (output, child) => {
      if (fed.includes(output)) return;
      fed.push(output);
      if (output === '?') child.stdin?.write('one\n');
      if (output === '?<one>') child.stdin?.write('two\n');
      if (output === '?<one><two>') child.stdin?.end();
    });
    expect(result).toEqual(['?<one><two>end', 0]);
  });

  it('a poll with a time limit ends with the time or with the input, whichever is first', async () => {
    const body = `write(1, '[' + await poll(20_000_000n) + ']'); write(1, '[' + await poll(60_000_000_000n) + ']');`;
    const result = await finish(start(mode, body), (output, child) => {
      if (output === '[0]') child.stdin?.write('x');
    });
    expect(result).toEqual(['[0][1]', 0]);
  });
});

/** The descriptor of a socket of datagrams: Node 26 has no `_handle` any more, and all keep the handle in their state. */
function descriptorOf(socket: object): number {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol');
  const state = (socket as Record<symbol, { readonly handle: { readonly fd: number } }>)[symbol as symbol];
  return state.handle.fd;
}

describe('standard streams of the process', () => {
  it('input that nobody closes does not keep a finished program alive', async () => {
    const child = start('async', `write(1, await read());`);
    const open = setTimeout(() => child.kill(), 20_000);
    child.stdin?.write('x');
    expect(await finish(child, () => {})).toEqual(['x', 0]);
    clearTimeout(open);
  });

  it('output that nobody reads returns PIPE', async () => {
    const body = `
      let errno = 0;
      for (let i = 0; errno === 0 && i < 1000; i++) errno = write(1, 'x'.repeat(1000));
      write(2, 'errno ' + errno);`;
    const child = start('sync', body);
    child.stdout?.destroy();
    expect(await finish(child, () => {})).toEqual(['errno 64', 0]);
  });

  it.runIf(platform === 'linux')('that are pipes have the type that C programs take for one', async () => {
    const child = start(
      'sync',
      `write(2, [0, 1].map((fd) => (call('fd_fdstat_get', fd, 3000), memory.bytes[3000])).join(' '));`,
      [openSync('/dev/null', 'r'), 'pipe', 'pipe'],
    );
    const shell = await finish(child, () => {});
    expect(shell).toEqual(['0 6', 0]);
  });

  it('a file that is not open for writing refuses output', () => {
    const fd = openSync(fileURLToPath(import.meta.url), 'r');
    expect(errnoOf(() => outputToFd(fd).write(new Uint8Array(1)))).toBe('BADF');
    closeSync(fd);
  });
});

/** Polls standard input, reads it three times: what came of it. */
const TELL = `write(1, [await poll(20_000_000_000n), await read(), await read(), await read()].join(' '));`;

describe.runIf(platform === 'linux').each(['async', 'sync'] as const)(
  'input that fails is not one that ends, in mode %s',
  (mode) => {
    const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-streams-'));
    afterAll(() => rmSync(folder, { recursive: true }));

    const run = async (stdin: number | Socket): Promise<string> => {
      const child = start(mode, TELL, [stdin, 'pipe', 'inherit']);
      return (await finish(child, () => {}))[0];
    };

    it('a directory is ISDIR, whenever it is read or polled', async () => {
      const fd = openSync(folder, 'r');
      expect(await run(fd)).toBe('31 31 31 31');
      closeSync(fd);
    });

    it('the wrong end of a pipe is BADF, and its other end is left alone', async () => {
      const path = join(folder, 'pipe');
      execFileSync('mkfifo', [path]);
      const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const writer = openSync(path, 'w');
      expect(await run(writer)).toBe('8 8 8 8');
      closeSync(writer);
      closeSync(reader);
    });

    it('a file that is open for writing only is BADF', async () => {
      const fd = openSync(join(folder, 'file'), 'w');
      expect(await run(fd)).toBe('8 8 8 8');
      closeSync(fd);
    });

    it('a connection that is reset while the guest waits is CONNRESET after what came, and then has ended', async () => {
      const server = createServer({ pauseOnConnect: true });
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
      const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
      const socket = await accepted;
      const body = `write(1, '?' + await read()); write(1, ' ' + [await read(), await read()].join(' '));`;
      const child = start(mode, body, [socket, 'pipe', 'inherit']);
      socket.destroy();
      client.write('some');
      const result = await finish(child, (output) => {
        if (output === '?some') setTimeout(() => client.resetAndDestroy(), 300);
      });
      client.destroy();
      server.close();
      expect(result[0]).toBe('?some 15 ');
    });

    it('a socket that listens is NOTCONN', async () => {
      const server = createServer();
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      const [first] = (await run((server as unknown as { _handle: { fd: number } })._handle.fd)).split(' ').slice(1);
      server.close();
      expect(first).toBe('53');
    });

    it('what a socket of datagrams holds is read, although Node has no stream for it', async () => {
      const socket = createSocket('udp4');
      await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound));
      const child = start(mode, `write(1, await read());`, [descriptorOf(socket), 'pipe', 'inherit']);
      const sender = createSocket('udp4');
      sender.send('datagram', socket.address().port, '127.0.0.1');
      socket.close();
      expect(await finish(child, () => {})).toEqual(['datagram', 0]);
      sender.close();
    });

    it('zeros without end are read as they are asked for', async () => {
      const fd = openSync('/dev/zero', 'r');
      expect(await run(fd)).toBe(['1', ...[1, 2, 3].map(() => '\0'.repeat(100))].join(' '));
      closeSync(fd);
    });
  },
);

describe.runIf(platform === 'linux').each(['async', 'sync'] as const)('a full output in mode %s', (mode) => {
  it.each([1, 2])(
    'descriptor %i says AGAIN once it is full, polls let the clock win, and nothing is lost',
    async (out) => {
      const body = `
      call('fd_fdstat_set_flags', ${out}, 4);
      let sent = 0;
      const more = (length) => { const errno = write(${out}, 'x'.repeat(length)); if (errno === 0) sent += view.getUint32(8, true); return errno; };
      let errno = 0;
      // Whoever has the other end reads a little ahead.
      for (let again = 0; again < 3; again++) {
        do errno = more(50000); while (errno === 0);
        await new Promise((slept) => setTimeout(slept, 200));
      }
      const full = [errno, more(1), await poll(100_000_000n, 2, ${out})];
      write(${3 - out}, JSON.stringify(full) + ' ');
      const room = await poll(60_000_000_000n, 2, ${out});
      write(${3 - out}, JSON.stringify([room, more(1), sent]));`;
      const child = start(mode, body, ['ignore', 'pipe', 'pipe']);
      const [data, told] = out === 1 ? [child.stdout, child.stderr] : [child.stderr, child.stdout];
      let [received, text] = [0, ''];
      told?.on('data', (piece) => {
        text += piece;
        if (text === '[6,6,0] ')
          data?.on('data', (more: Uint8Array) => {
            received += more.length;
          });
      });
      await new Promise((closed) => child.on('close', closed));
      const [before, after] = text.split(' ');
      expect(before).toBe('[6,6,0]');
      expect(JSON.parse(after as string)).toEqual([2, 0, received]);
      expect(received).toBeGreaterThan(65_536);
    },
  );

  it('that nobody reads any more is PIPE, also in a poll', async () => {
    const body = `
      call('fd_fdstat_set_flags', 1, 4);
      let errno = 0;
      while (errno === 0) errno = write(1, 'x'.repeat(50000));
      write(2, '?');
      let event = 0;
      // Whoever has the other end may read a little ahead first, and then there is room once more.
      for (let again = 0; again < 1000 && event !== 64; again++) {
        event = await poll(10_000_000n, 2, 1);
        if (event === 2) for (let more = 0; more < 100 && write(1, 'x'.repeat(50000)) === 0; more++);
      }
      write(2, [errno, event, write(1, 'x')].join(' '));`;
    const child = start(mode, body, ['ignore', 'pipe', 'pipe']);
    let text = '';
    child.stderr?.on('data', (piece) => {
      text += piece;
      if (text === '?') child.stdout?.destroy();
    });
    await new Promise((closed) => child.on('close', closed));
    expect(text).toBe('?6 64 64');
  });
});

/** Writes `count` pieces of 50,000 bytes, each of a letter of its own, whole. */
const PIECES = (count: number): string => `
  const whole = async (fd, text) => {
    for (let sent = 0; sent < text.length; sent += view.getUint32(8, true)) {
      const errno = await write(fd, text.slice(sent));
      if (errno !== 0) return errno;
    }
    return 0;
  };
  const pieces = async (fd) => {
    let errno = 0;
    for (let i = 0; errno === 0 && i < ${count}; i++) errno = await whole(fd, String.fromCharCode(97 + (i % 26)).repeat(50_000));
    return errno;
  };`;

describe.runIf(platform === 'linux')('output that nobody reads for now, in mode async', () => {
  it.each(['a socket', 'a pipe'])(
    'to %s keeps no timer from firing, and nothing is lost, doubled or mixed up',
    async (what) => {
      const body = `${PIECES(60)}
      let ticks = 0;
      const timer = setInterval(() => {
        // Only now is anything read.
        if (++ticks === 20) process.stderr.write('read');
      }, 5);
      const errno = await pieces(1);
      clearInterval(timer);
      write(2, ' ' + errno);`;
      const child = what === 'a pipe' ? startPiped(body) : start('async', body, ['ignore', 'pipe', 'pipe']);
      let [told, received] = ['', ''];
      child.stderr?.on('data', (piece) => {
        told += piece;
        if (told === 'read') child.stdout?.on('data', (data) => (received += data));
      });
      await new Promise((closed) => child.on('close', closed));
      expect(told).toBe('read 0');
      const wanted = Array.from({ length: 60 }, (_, i) => String.fromCharCode(97 + (i % 26)).repeat(50_000)).join('');
      expect(received === wanted).toBe(true);
    },
  );

  it('and is then closed by its reader is PIPE, while the guest waits and ever after', async () => {
    const body = `${PIECES(100)}
      setTimeout(() => process.stderr.write('?'), 100);
      const first = await pieces(1);
      write(2, [first, await write(1, 'x'), await poll(20_000_000_000n, 2, 1)].join(' '));`;
    const child = start('async', body, ['ignore', 'pipe', 'pipe']);
    let told = '';
    child.stderr?.on('data', (piece) => {
      told += piece;
      if (told === '?') child.stdout?.destroy();
    });
    await new Promise((closed) => child.on('close', closed));
    expect(told).toBe('?64 64 64');
  });

  it('does not keep the process alive after a call that was given up, and the next call writes what it wants', async () => {
    const index = JSON.stringify(fileURLToPath(new URL('../../../index.ts', import.meta.url)));
    const text = JSON.stringify(fileURLToPath(new URL('../../../text/index.ts', import.meta.url)));
    const body = `
      const { compile, instantiate } = await import(${index});
      const { assemble } = await import(${text});
      const system = new WASI(nodeHost({ stdio: true }));
      const { callAsync } = ((instance) => ({ callAsync: (...args) => instance.callAsync(...args) }))(instantiate(compile(assemble(\`
        (module (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 2)
          (func (export "flood") (i32.store (i32.const 4) (i32.const 65536))
            (loop (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) (br 0))))\`)), system.imports));
      const told = [];
      for (let i = 0; i < 2; i++) {
        const signal = AbortSignal.timeout(100);
        told.push(await callAsync('flood', [], { signal }).catch((error) => error.name));
      }
      process.stderr.write(told.join(' '));`;
    const child = start('async', body, ['ignore', 'pipe', 'pipe']);
    let told = '';
    child.stderr?.on('data', (data) => (told += data));
    await new Promise((ended) => child.on('exit', ended));
    child.stdout?.destroy();
    expect(told).toBe('Interrupted Interrupted');
  });

  it('does not keep a program alive that was stopped, be it that the guest waits or has set nonblock', async () => {
    const body = `${PIECES(100)}
      call('fd_fdstat_set_flags', 2, 4);
      while (write(2, 'x'.repeat(50_000)) === 0);
      const stopped = pieces(1).catch((error) => error.name);
      await new Promise((slept) => setTimeout(slept, 100));
      wasi.close(true);
      process.exitCode = (await stopped) === 'ExitStatus' ? 5 : 6;`;
    const child = start('async', body, ['ignore', 'pipe', 'pipe']);
    expect(await new Promise((ended) => child.on('exit', ended))).toBe(5);
    child.stdout?.destroy();
    child.stderr?.destroy();
  });
});

describe.runIf(platform === 'linux')('what is not used', () => {
  const PROGRAM = `
    import { closeSync, readdirSync } from 'node:fs';
    import { nodeHost, NodeWASI } from ${JSON.stringify(fileURLToPath(new URL('../node.ts', import.meta.url)))};
    const count = () => readdirSync('/proc/self/fd').length;
    const left = (make) => {
      const before = count();
      for (let i = 0; i < 10; i++) try { make(); } catch {}
      return count() - before;
    };
    const told = [
      left(() => nodeHost({ mode: 'sync', stdio: true })),
      left(() => new NodeWASI({ version: 'preview1', preopens: { '/': '/no/such/directory' } })),
      left(() => new NodeWASI({ version: 'preview1', preopens: { '/': '/' }, args: ['\\0'] })),
      left(() => nodeHost({ stdio: true, preopens: { '/': '/', '/x': '/no/such/directory' } })),
    ];
    closeSync(0);
    told.push(left(() => nodeHost({ stdio: true, preopens: { '/': '/' } })));
    console.log(told.join(' '));`;

  it('or cannot be made leaves no descriptor open: streams open theirs when they are needed, directories are closed', () => {
    const node = [execPath, programFile(PROGRAM)];
    // Standard input is a pipe: a file would need no second descriptor.
    const told = execFileSync('sh', ['-c', ': | "$@"', 'sh', ...node], { encoding: 'utf8' });
    expect(told.trim()).toBe('0 0 0 0 0');
  });
});

it.runIf(platform === 'linux')(
  'bytes that were told as written were lost where passing them on was interrupted',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'ahead-'));
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const [reader, writer] = [
      openSync(path, constants.O_RDONLY | constants.O_NONBLOCK),
      openSync(path, constants.O_WRONLY),
    ];
    const output = outputToFd(writer);
    let told = 0;
    for (let took: number | undefined = 0; took !== undefined; told += took ?? 0) {
      took = output.write(new Uint8Array(10_000).fill(told / 10_000 + 1), true);
    }
    for (let i = 0; i < 3; i++)
      expect(() => within(now() + 5, () => output.write(Uint8Array.of(1)))).toThrow(/deadline/);
    let got = 0;
    const drain = (): void => {
      const into = new Uint8Array(1 << 20);
      try {
        for (let n = 1; n > 0; got += n) n = readSync(reader, into);
      } catch (error) {
        // Empty.
        expect(error).toMatchObject({ code: 'EAGAIN' });
      }
    };
    drain();
    expect(got).toBeLessThan(told);
    output.close?.();
    drain();
    expect(got).toBe(told);
    closeSync(reader);
    closeSync(writer);
    rmSync(folder, { recursive: true });
  },
);
