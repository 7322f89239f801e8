// The network options of the command line: what is wrong with a rule is said, and so is what a program was refused.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../../src/text/index.ts';
import { type Ended, runCommand } from './in-process.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-network-'));
  writeFileSync(join(folder, 'nothing.wasm'), assemble('(module (func (export "_start")))'));
  writeFileSync(join(folder, 'sockets.wasm'), assemble(SOCKETS));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const command = (...args: string[]): Promise<Ended> => runCommand(args, { cwd: folder });

/** Connects to 127.0.0.1:1, binds [::1]:7 and listens, sends a datagram to 127.0.0.2:3, looks up x.test; its exit code is 1 for each PERM. */
const SOCKETS = `(module
  (import "wasix_32v1" "sock_open" (func $open (param i32 i32 i32 i32) (result i32)))
  (import "wasix_32v1" "sock_connect" (func $connect (param i32 i32) (result i32)))
  (import "wasix_32v1" "sock_bind" (func $bind (param i32 i32) (result i32)))
  (import "wasix_32v1" "sock_listen" (func $listen (param i32 i32) (result i32)))
  (import "wasix_32v1" "resolve" (func $resolve (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\01\\00\\01\\00\\7f\\00\\00\\01")
  (data (i32.const 32) "\\02\\00\\07\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\01")
  (data (i32.const 80) "x.test")
  (global $refused (mut i32) (i32.const 0))
  (func $see (param $errno i32)
    (global.set $refused (i32.add (global.get $refused) (i32.eq (local.get $errno) (i32.const 63)))))
  (func (export "_start") (local $i i32)
    (loop $twice
      (drop (call $open (i32.const 1) (i32.const 1) (i32.const 6) (i32.const 96)))
      (call $see (call $connect (i32.load (i32.const 96)) (i32.const 0)))
      (br_if $twice (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 2))))
    (drop (call $open (i32.const 2) (i32.const 1) (i32.const 6) (i32.const 96)))
    (call $see (call $bind (i32.load (i32.const 96)) (i32.const 32)))
    (call $see (call $listen (i32.load (i32.const 96)) (i32.const 8)))
    (call $see (call $resolve (i32.const 80) (i32.const 6) (i32.const 0) (i32.const 200) (i32.const 4) (i32.const 100)))
    (call $exit (global.get $refused))))`;

describe('a rule that is none', () => {
  it.each([
    ['connect', '127.0.0.1:99999', 'port 99999 is not in 0 to 65535'],
    ['connect', '127.0.0.1:5-2', 'the first port is larger than the last'],
    ['connect', '127.0.0.1:', 'a port is missing'],
    ['connect', 'loopback:http', 'http is no port'],
    ['connect', '10.0.0.0/40', 'a network of IPv4 has 0 to 32 bits'],
    ['connect', '[fc00::/129]:80', 'a network of IPv6 has 0 to 128 bits'],
    ['connect', '10.0.0.1/8', '10.0.0.1 has bits set behind the first 8'],
    ['connect', '300.1.1.1', '300.1.1.1 is no address of IPv4'],
    ['connect', 'http://example.com', 'a protocol is tcp:// or udp://'],
    ['connect', '*', 'for all of the internet: public'],
    ['connect', '::1:4567', 'write [::1]:4567 or [::1:4567]'],
    ['connect', 'udp://fd00::5:443', 'write [fd00::5]:443 or [fd00::5:443]'],
    ['connect', '[::1', 'the ] is missing'],
    ['connect', '', "--allow-connect '': write ADDRESS"],
    ['connect', 'a b', 'write ADDRESS'],
    ['bind', '80', 'an address is needed, such as loopback:80'],
    ['bind', '*', 'for all addresses of this machine: unspecified'],
    ['bind', 'example.com', 'own addresses have no names'],
    ['bind', 'loopback:99999', 'port 99999 is not in 0 to 65535'],
    ['resolve', 'localhost', 'it is never looked up'],
    ['resolve', '127.0.0.1', 'it is never looked up'],
    ['resolve', 'example.com:53', 'a name has no port here'],
  ])('--allow-%s=%s says what is wrong', async (option, value, why) => {
    const { code, err } = await command(`--allow-${option}=${value}`, 'nothing.wasm');
    expect([code, err.split('\n')[0]]).toEqual([2, expect.stringContaining(why)]);
  });

  it('is not what an address of IPv6 is that can have no port behind it', async () => {
    const args = ['2606:4700::1111', '1:2:3:4:5:6:7:8', 'fe80::1:abcd', '[::1]:4567'].map(
      (one) => `--allow-connect=${one}`,
    );
    expect(await command(...args, 'nothing.wasm')).toEqual({ code: 0, out: '', err: '' });
  });
});

describe('options that are meant otherwise', () => {
  it('--allow-net leads to --net', async () => {
    expect((await command('--allow-net', 'nothing.wasm')).err).toContain('did you mean --net?');
  });

  it('an option that has taken the file says so', async () => {
    const { code, err } = await command('--allow-connect', 'nothing.wasm');
    expect([code, err]).toEqual([2, expect.stringContaining('"nothing.wasm" is the value of --allow-connect')]);
  });

  it('no room for the streams names the option that gives it', async () => {
    const { code, err } = await command('--max-handles', '0', 'sockets.wasm');
    expect([code, err]).toEqual([1, expect.stringContaining('--max-handles N')]);
  });
});

describe('what a program was refused', () => {
  it('is told once, when it has ended, with the rule that would allow it', async () => {
    const { code, err } = await command('sockets.wasm');
    expect(code).toBeGreaterThanOrEqual(4);
    expect(err.trimEnd().split('\n')).toEqual([
      'hint: connect to 127.0.0.1:1 was refused; --allow-connect 127.0.0.1:1 would allow it',
      'hint: bind of [::1]:7 was refused; --allow-bind [::1]:7 would allow it',
      'hint: look-up of x.test was refused; --allow-resolve x.test would allow it',
    ]);
  });

  it('is allowed by the rules that it was told', async () => {
    const { err } = await command('--allow-connect', '127.0.0.1:1', '--allow-bind', '[::1]:7', 'sockets.wasm');
    expect(err.trimEnd()).toBe('hint: look-up of x.test was refused; --allow-resolve x.test would allow it');
  });
});
