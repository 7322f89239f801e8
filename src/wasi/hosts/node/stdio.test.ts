import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { errnoOf } from '../../host/filesystem.suite.ts';
import { outputToFd } from './stdio.ts';

/** A program on our WASI, in a process of its own: `body` has `wasi`, `call(name, ...args)`, `read()` and `write(fd, text)`. */
function start(mode: 'async' | 'sync', body: string): ChildProcess {
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
    const poll = async (nanoseconds) => {
      memory.bytes.fill(0, 4096, 4192);
      memory.bytes[4104] = 1;
      memory.bytes[4152] = 0;
      view.setUint32(4160, 1, true);
      view.setBigUint64(4168, nanoseconds, true);
      const errno = await call('poll_oneoff', 4096, 8192, 2, 8);
      return errno === 0 ? memory.bytes[8192 + 10] : 'errno ' + errno;
    };
    ${body}
    wasi.close();`;
  return spawn(execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: 'pipe' });
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

describe('standard streams of the process', () => {
  it('input that nobody closes does not keep a finished program alive', async () => {
    const child = start('async', `write(1, await read());`);
    const open = setTimeout(() => child.kill(), 20_000);
    child.stdin?.write('x');
    expect(await finish(child, () => {})).toEqual(['x', 0]);
    clearTimeout(open);
  });

  it('output that nobody reads answers PIPE', async () => {
    const body = `
      let errno = 0;
      for (let i = 0; errno === 0 && i < 1000; i++) errno = write(1, 'x'.repeat(1000));
      write(2, 'errno ' + errno);`;
    const child = start('sync', body);
    child.stdout?.destroy();
    expect(await finish(child, () => {})).toEqual(['errno 64', 0]);
  });

  it('a file that is not open for writing refuses output', () => {
    const fd = openSync(fileURLToPath(import.meta.url), 'r');
    expect(errnoOf(() => outputToFd(fd).write(new Uint8Array(1)))).toBe('BADF');
    closeSync(fd);
  });
});
