// What a person reads is bounded: names and tokens that somebody else chose are cut, and what may be much goes out in
// blocks instead of being put together first. What is left out is said; `wat`, which is read back, leaves nothing out.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { decodeModule } from '../../src/index.ts';
import { assemble, printModule } from '../../src/text/index.ts';
import { type Ended, runCommand, type Surroundings } from './in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-bounded-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Units that a piece may have: a block, and the line that filled it. */
const MOST = 80 * 1024;

const noEntry = Object.assign(new Error('nobody reads'), { code: 'EPIPE' });

/** A command on a module that comes from standard input, and how much it wrote at a time. */
async function pieces(
  args: readonly string[],
  stdin: Uint8Array,
  stdout = (_: string | Uint8Array): void => {},
): Promise<Ended & { sizes: readonly number[] }> {
  const sizes: number[] = [];
  const surroundings: Surroundings = {
    cwd: folder,
    stdin,
    stdout: (data) => {
      sizes.push(data.length);
      stdout(data);
    },
  };
  return { ...(await runCommand([...args, '-'], surroundings)), sizes };
}

const LARGE = assemble(`(module
  (type $f (func)) (table 1 funcref)
  ${'(func $a (type $f) nop)'.replace('$a', '$first')}
  ${'(func (type $f) nop nop nop)'.repeat(20_000)}
  (func (type $f) ${'nop '.repeat(100_000)})
  (elem func ${'$first '.repeat(100_000)})
  (elem funcref ${'(ref.func $first) '.repeat(50_000)})
  (data "${'some bytes\\00'.repeat(50_000)}")
  (@custom "c" "${'\\ff'.repeat(300_000)}"))`);

describe('wat', () => {
  test('put a whole module together before it wrote any of it', async () => {
    const { code, out, sizes } = await pieces(['wat'], LARGE);
    expect(code).toBe(0);
    expect(out).toBe(printModule(decodeModule(LARGE)));
    expect(Math.max(...sizes)).toBeLessThan(MOST);
    expect(sizes.length).toBeGreaterThan(out.length / MOST);
    expect(Buffer.compare(assemble(out), LARGE)).toBe(0);
  });

  test('writes the same to a file', async () => {
    expect((await pieces(['wat', '-o', 'out.wat'], LARGE)).code).toBe(0);
    expect(readFileSync(join(folder, 'out.wat'), 'utf8')).toBe(printModule(decodeModule(LARGE)));
  });

  test('writes nothing of a module whose last function is malformed, and makes no file', async () => {
    const bytes = assemble(`(module ${'(func nop)'.repeat(30_000)} (func i32.const 1 drop))`);
    bytes[bytes.lastIndexOf(0x41)] = 0xff;
    const printed = await pieces(['wat'], bytes);
    expect([printed.code, printed.out]).toEqual([expect.any(Number), '']);
    expect(printed.code).not.toBe(0);
    expect((await pieces(['wat', '-o', 'malformed.wat'], bytes)).code).toBe(printed.code);
    expect(existsSync(join(folder, 'malformed.wat'))).toBe(false);
  });

  test.each(['wat', 'objdump'])('%s goes on when nobody reads any more: not for more than a block', async (command) => {
    const { code, sizes, err } = await pieces([command, ...(command === 'objdump' ? ['-d'] : [])], LARGE, () => {
      throw noEntry;
    });
    expect([code, sizes.length, err]).toEqual([0, 1, '']);
  });
});

describe('objdump', () => {
  const long = 'n'.repeat(30_000);
  const types = 'i32 '.repeat(900);
  const bytes = assemble(
    `(module
    (import "${long}" "${long}" (func $imported${long} (param ${types})))
    (import "short" "short" (func))
    (func $f${long} (export "${long}") (param $p${long} i64) (local $l${long} i32) (param)
      (drop (local.get $l${long})) (block $b${long} (br_table ${'$b'.concat(long, ' ').repeat(500)} (i32.const 0))))
    (table (export "t${long}") 1 funcref)
    (@custom "c${long}" "x"))`.replace(' (param)\n', '\n'),
  );

  test.each(
    [[], ['-d'], ['--lowered'], ['--sections', '--imports', '--exports', '-d']].map((one) => [one.join(' '), one]),
  )('printed names and tokens of any length: objdump %s', async (_, args) => {
    const { code, out } = await pieces(['objdump', ...args], bytes);
    expect(code).toBe(0);
    for (const line of out.split('\n')) expect(line.length).toBeLessThan(1000);
    if (args.length !== 1 || args[0] !== '--lowered') expect(out).toMatch(/n…/);
    if (args.includes('-d')) expect(out).toMatch(/br_table .*… \(\d+ characters more\)/);
    // One long name is no reason for wide columns.
    if (args.length === 0) expect(out).toMatch(/^ {2}"short" "short" {2}func/m);
  });

  test('kept all lines of a function until its end', async () => {
    const { sizes, out } = await pieces(['objdump', '-d'], LARGE);
    expect(Math.max(...sizes)).toBeLessThan(MOST);
    expect(out.split('\n').length).toBeGreaterThan(180_000);
  });

  test('still shows the instructions before a fault', async () => {
    const bad = assemble('(module (func nop nop i32.const 1 drop))');
    bad[bad.lastIndexOf(0x41)] = 0xff;
    const { code, out, err } = await pieces(['objdump', '-d'], bad);
    expect(code).not.toBe(0);
    expect(out.match(/nop/g)).toHaveLength(2);
    expect(err).toContain('ff');
  });
});

describe('a trace', () => {
  test('printed names of any length with each instruction', async () => {
    const long = 'n'.repeat(100_000);
    const names = Array.from({ length: 40 }, (_, i) => `$l${i}${long}`);
    const bytes = assemble(`(module (global $g${long} (mut i32) (i32.const 0))
      (func $h${long}) (func $f${long} (export "f") ${names.map((name) => `(local ${name} i32)`).join(' ')}
        ${names.map((name) => `(local.set ${name} (i32.const 1)) (drop (local.get ${name}))`).join(' ')}
        (global.set $g${long} (i32.const 1)) (call $h${long})))`);
    for (const format of ['text', 'json']) {
      const args = ['run', '--trace', `--trace-format=${format}`, '--invoke', 'f'];
      const { code, err } = await pieces(args, bytes);
      expect(code, err.slice(0, 500)).toBe(0);
      expect(err.split('\n').length).toBeGreaterThan(160);
      for (const line of err.split('\n')) expect(line.length).toBeLessThan(1500);
    }
  });
});
