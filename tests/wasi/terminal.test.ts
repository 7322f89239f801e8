// Programs on a terminal and on pipes, as processes of their own: waiting for a line while the event loop goes on,
// Ctrl-C, open pipes. Pseudo-terminals are made by Python; without it these tests are skipped.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../data.ts';
import { commandFile, programFile } from '../programs.ts';

const hasPty = spawnSync('python3', ['-c', 'import pty, select']).status === 0;

/** Runs a command on a new terminal; `feed` lines say after which output what is typed. Returns output and exit code. */
const ON_TERMINAL = `
import json, os, pty, select, sys, time
command, feed = json.loads(sys.argv[1]), json.loads(sys.argv[2])
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
output = b''
end = time.time() + 40
while time.time() < end:
    if select.select([fd], [], [], 0.1)[0]:
        try:
            piece = os.read(fd, 4096)
        except OSError:
            break
        if not piece:
            break
        output += piece
    if feed and feed[0][0].encode() in output:
        time.sleep(feed[0][2])
        os.write(fd, feed.pop(0)[1].encode())
status = os.waitpid(pid, 0)[1]
code = 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
print(json.dumps([output.decode(), code]))
`;

/** Runs a command on a new terminal that hangs up after a text was written to it; the session outlives that. */
const HANG_UP = `
import os, pty, signal, sys
pid, fd = pty.fork()
if pid == 0:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.execvp(sys.argv[1], sys.argv[1:])
output = b''
while b'name?' not in output:
    output += os.read(fd, 4096)
import time
time.sleep(0.5)
os.close(fd)
os.waitpid(pid, 0)
`;

type Feed = readonly [after: string, typed: string, seconds: number];

function onTerminal(command: readonly string[], feed: readonly Feed[]): [string, number] {
  const { stdout, stderr } = spawnSync('python3', ['-c', ON_TERMINAL, JSON.stringify(command), JSON.stringify(feed)], {
    encoding: 'utf8',
    cwd: projectRoot,
    timeout: 50_000,
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as [string, number];
}

const scratch = mkdtempSync(join(tmpdir(), 'wasmi-ts-terminal-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
}

/** Asks for a line and answers it in brackets. */
const ASK = `(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\40\\00\\00\\00\\05\\00\\00\\00")
  (data (i32.const 64) "name?[")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))
    (i32.store (i32.const 8) (i32.const 128))
    (i32.store (i32.const 12) (i32.const 100))
    (drop (call $read (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 32)))
    (i32.store (i32.const 8) (i32.const 69))
    (i32.store (i32.const 12) (i32.const 1))
    (i32.store (i32.const 16) (i32.const 128))
    (i32.store (i32.const 20) (i32.load (i32.const 32)))
    (drop (call $write (i32.const 1) (i32.const 8) (i32.const 2) (i32.const 32)))))`;
const SPIN = '(module (func (export "_start") (loop $spin (br $spin))))';

const cli = [execPath, commandFile()];

describe.skipIf(!hasPty)(
  `on a terminal${hasPty ? '' : ' (not tested: python3 with the module pty is missing)'}`,
  () => {
    it('a program waits for a line', () => {
      const [output, code] = onTerminal([...cli, 'run', file('ask.wat', ASK)], [['name?', 'Ada\n', 0.2]]);
      expect([output.replace(/\r/g, ''), code]).toEqual(['name?Ada\n[Ada\n', 0]);
    });

    it('a timer of the embedding program goes on while the guest waits for a line', () => {
      const embedder = `
      import { compile, engine } from './src/index.ts';
      import { assemble } from './src/text/index.ts';
      import { WASI } from './src/wasi/index.ts';
      import { nodeHost } from './src/wasi/hosts/node.ts';
      import { readFileSync } from 'node:fs';
      let ticks = 0;
      const timer = setInterval(() => { ticks++; }, 10);
      const module = compile(assemble(readFileSync(${JSON.stringify(file('ask2.wat', ASK))})));
      await new WASI(nodeHost({ stdio: true })).run(engine, module);
      clearInterval(timer);
      console.log('ticks ' + ticks);`;
      const command = [execPath, programFile(embedder)];
      const [output, code] = onTerminal(command, [['name?', 'Ada\n', 1]]);
      expect(code).toBe(0);
      expect(output).toContain('[Ada');
      expect(Number(/ticks (\d+)/.exec(output)?.[1])).toBeGreaterThan(50);
    });

    it.each(['async', 'sync'])(
      'one that hangs up fails, and is not one whose user has ended the input, in mode %s',
      (mode) => {
        const told = join(scratch, `told-${mode}`);
        const embedder = `
      import { appendFileSync } from 'node:fs';
      import { WASI } from './src/wasi/index.ts';
      import { nodeHost } from './src/wasi/hosts/node.ts';
      const memory = { bytes: new Uint8Array(1000) };
      new DataView(memory.bytes.buffer).setUint32(0, 100, true);
      memory.bytes[4] = 100;
      const wasi = new WASI(nodeHost({ mode: '${mode}', stdio: true }));
      wasi.bind({ memory });
      const read = async () => [await wasi.wasiImport.fd_read(0, 0, 1, 8), memory.bytes[8]];
      process.stdout.write('name?');
      appendFileSync(${JSON.stringify(told)}, [await read(), await read()].join(' '));`;
        const command = [execPath, programFile(embedder)];
        // A shell stands between, since Node takes the signal's default back; its own end on a dead terminal is no test.
        spawnSync('python3', ['-c', HANG_UP, 'sh', '-c', '"$@" 2>/dev/null', 'sh', ...command], {
          cwd: projectRoot,
          timeout: 50_000,
        });
        expect(readFileSync(told, 'utf8')).toBe('29,0 0,0');
      },
    );

    it('Ctrl-C ends a program that waits, and one that is busy, with 130', () => {
      const feed: Feed = ['ready', '\u0003', 1.5];
      for (const [name, text] of [
        ['ask3.wat', ASK],
        ['spin.wat', SPIN],
      ]) {
        const shell = ['sh', '-c', 'echo ready; exec "$@"', 'sh', ...cli, 'run', file(name, text)];
        expect(onTerminal(shell, [feed])[1]).toBe(130);
      }
    });
  },
);

describe('on pipes', () => {
  it('input that comes late is waited for', async () => {
    const child = spawn(cli[0], [...cli.slice(1), 'run', file('ask4.wat', ASK)], { cwd: projectRoot });
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
      if (output === 'name?') setTimeout(() => child.stdin.write('late\n'), 300);
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([output, code]).toEqual(['name?[late\n', 0]);
  });
});
