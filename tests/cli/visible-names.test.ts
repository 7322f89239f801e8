// Names of modules and files that hold what a terminal obeys, what reorders the text around it and what nobody sees, in
// every place where a name can stand: no command prints them as they are, and `wat` still says the same module.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { assemble } from '../../src/text/index.ts';
import { runCommand } from './in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-visible-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HIDDEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u2800\x00-\x09\x0b-\x1f\x7f-\x9f]/u;

/** Of each kind some, and any other. */
const hidden = fc.oneof(
  fc.constantFrom(
    '\x1b[31m',
    '\x9b31m',
    '\r',
    '\u202e',
    '\u2066',
    '\u200b',
    '\u00ad',
    '\u034f',
    '\u115f',
    '\u17b4',
    '\u180e',
  ),
  fc.constantFrom(
    '\u2028',
    '\u2029',
    '\u2800',
    '\u3164',
    '\ufe0f',
    '\uffa0',
    '\ufff9',
    '\u{e0041}',
    '\u{e0100}',
    '\u{1d173}',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }),
);
const hostileName = fc.array(hidden, { minLength: 1, maxLength: 3 }).map((parts) => `n${parts.join('x')}n`);

const quoted = (name: string): string =>
  `"${Array.from(Buffer.from(name), (byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('')}"`;

/** A module with a name in every place; `_start` prints through a system call, and traps. */
function moduleOf(name: string): string {
  const q = quoted(name);
  return `(module $${q} (@custom ${q} "data")
  (type $${q} (func (param i32) (result i32)))
  (type $s (struct (field $${q} (mut i32))))
  (import "wasi_snapshot_preview1" "path_create_directory" (func $mkdir (param i32 i32 i32) (result i32)))
  (memory $${q} (export "memory") 1) (memory $m (export "m${q.slice(1)}) 1)
  (table $${q} (export "t${q.slice(1)}) 1 funcref) (global $${q} (export "g${q.slice(1)}) (mut i32) (i32.const 0))
  (tag $${q} (export "x${q.slice(1)}) (param i32)) (data $${q} (i32.const 8) ${q}) (elem $${q} func $f)
  (func $${q} (export ${q}) (type $${q}) (param $${q} i32) (result i32) (local $l i32)
    (block $${q} (br_if $${q} (i32.const 1))) (global.set $${q} (local.get $${q})) (throw $${q} (i32.const 1)))
  (func $f (param $${q} i32) (result i32) (call_indirect $${q} (type $${q}) (local.get $${q}) (i32.const 0)))
  (func (export "_start") (drop (call $mkdir (i32.const 3) (i32.const 8) (i32.const ${Buffer.byteLength(name)})))
    (drop (call $${q} (i32.const 1)))))`;
}

const run = (args: readonly string[]) => runCommand(args, { cwd: folder, guest: 'dropped' });

test('no command prints them as they are', async () => {
  await fc.assert(
    fc.asyncProperty(hostileName, async (name) => {
      // A file's name has neither NUL nor slash, and not more than 255 bytes.
      const fileName = `${name.replace(/[\0/]|\p{Cs}/gu, '')}.wat`;
      const q = quoted(name);
      for (const [file, text] of Object.entries({
        [fileName]: moduleOf(name),
        'm.wat': moduleOf(name),
        'import.wat': `(module (import ${q} ${q} (func)) (func (export "_start")))`,
        'bad.wat': `(module (func ${name}))`,
        'string.wat': `(module (func (export "${name}") (i32.const "${name}")))`,
        'invalid.wat': `(module $${q} (func $${q} (export ${q}) (result i32)))`,
        'double.wat': `(module (func (export ${q})) (func (export ${q})))`,
        's.wast': `(module $${q}) (assert_return (invoke $${q} ${q}) (i32.const 1)) (assert_trap (invoke ${q}) ${q}) ${name}`,
        't.wast': `(module (func (export ${q}) (result i32) (i32.const 2))) (assert_return (invoke ${q}) (i32.const 1))
          (assert_malformed (module quote "(module)") ${q}) (assert_invalid (module quote ${q}) ${q}) (get ${q})`,
      })) {
        writeFileSync(join(folder, file), text);
      }
      const text = name.replace(/\0/g, '');
      const lines: string[][] = [
        ...['wat', 'objdump', 'validate', 'wast', 'parse', 'run'].map((command) => [command, fileName]),
        ['validate', '-v', fileName, 'm.wat', 'invalid.wat', 'double.wat', 'bad.wat', 'string.wat'],
        ['wast', '-v', fileName, 's.wast', 't.wast'],
        ['wat', '--offsets', 'm.wat'],
        ['wat', '--no-names', 'm.wat'],
        ['objdump', '-d', '--lowered', 'm.wat'],
        ['objdump', '--func', text, 'm.wat'],
        ['--stats', 'm.wat'],
        ['--trace', '--strace', 'm.wat', text],
        ['--trace', '--trace-format', 'json', 'm.wat'],
        ['--dir', `.::${text}`, '--strace', '--env', `${text}=${text}`, 'm.wat'],
        ['--trace', '--module', `${text}=m.wat`, 'import.wat'],
        ['import.wat'],
        ['--unknown-imports', 'trap', '--trace=calls', 'import.wat'],
        ['--invoke', text, 'm.wat', text],
        ['--invoke', `x${text}`, 'm.wat'],
        ...[
          '--fuel',
          '--timeout',
          '--dir',
          '--mapdir',
          '--env',
          '--listen',
          '--module',
          '-W',
          '--loop',
          '--trace-out',
        ].map((option) => [option, text, 'm.wat']),
        [`--${text}`, 'm.wat'],
        ['help', text],
        ['fuzz', '--features', text],
        ['fuzz', text],
        [text],
      ];
      for (const line of lines) {
        const { code, out, err } = await run(line);
        const binary = line[0] === 'parse' && code === 0;
        const shown = binary ? err : out + err;
        // One way to write them, \u{1b}; JSON and --strace have JSON's.
        const json = line.some((word) => word === 'json' || word === '--strace');
        const odd = json ? undefined : /\\u[0-9a-f]{4}/.exec(shown)?.[0];
        expect([line, HIDDEN.exec(shown)?.[0], odd, /internal error/.test(err)]).toEqual([
          line,
          undefined,
          undefined,
          false,
        ]);
      }
    }),
    { numRuns: 15 },
  );
}, 120_000);

test('what wat prints of them means the same module', async () => {
  await fc.assert(
    fc.asyncProperty(hostileName, async (name) => {
      const text = moduleOf(name);
      writeFileSync(join(folder, 'same.wat'), text);
      const { code, out } = await run(['wat', 'same.wat']);
      expect([code, assemble(out)]).toEqual([0, assemble(text)]);
    }),
    { numRuns: 100 },
  );
});
