// What a file is, is seen from its contents, also after a line for a shell; and messages name the file.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { assemble } from '../../src/text/index.ts';
import { runCommand } from './in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const module = assemble('(module (func (export "f") (result i32) (i32.const 42)))');
writeFileSync(join(folder, 'm.wasm'), module);
writeFileSync(join(folder, 'shell.wasm'), Buffer.concat([Buffer.from('#!/usr/bin/env wasmi-ts\n'), module]));
writeFileSync(
  join(folder, 'shell.wat'),
  '#!/usr/bin/env wasmi-ts\n(module (func (export "f") (result i32) (i32.const 7)))',
);
writeFileSync(join(folder, 'needs.wat'), '(module (import "env" "f" (func)) (func (export "_start")))');
writeFileSync(join(folder, 'library.wat'), '(module (import "no" "where" (func)))');
writeFileSync(join(folder, 'asserts.wast'), '(module (func (export "f")))\n(assert_trap (invoke "f") "unreachable")');

const run = (...args: string[]) => runCommand(args, { cwd: folder, stdin: module });

test('a binary module behind a line for a shell runs, and is no text', async () => {
  expect(await run('--invoke', 'f', 'shell.wasm')).toEqual({ code: 0, out: '42\n', err: '' });
  expect(await run('--invoke', 'f', 'shell.wat')).toEqual({ code: 0, out: '7\n', err: '' });
});

test.each([
  ['parse', 'm.wasm'],
  ['parse', 'shell.wasm'],
  ['wast', 'm.wasm'],
  ['wast', 'shell.wasm'],
])('`%s %s` says that it is a binary module already', async (command, file) => {
  expect(await run(command, file)).toEqual({
    code: 1,
    out: '',
    err: `wasmi-ts: error: ${file}: this is a binary module already, and no text\nhint: wasmi-ts wat prints it as one\n`,
  });
});

test('`parse` without -o writes beside the text, over what was there', async () => {
  writeFileSync(join(folder, 'twice.wat'), '(module)');
  writeFileSync(join(folder, 'twice.wasm'), 'something else');
  expect((await run('parse', 'twice.wat')).code).toBe(0);
  expect([...readFileSync(join(folder, 'twice.wasm'))]).toEqual([...assemble('(module)')]);
});

test('what does not link is named by its file', async () => {
  expect((await run('needs.wat')).err).toMatch(
    /^wasmi-ts: error: needs\.wat: unknown import: the module needs func "env" "f"/,
  );
  expect((await run('--module', 'env=library.wat', 'needs.wat')).err).toMatch(
    /^wasmi-ts: error: library\.wat: unknown import/,
  );
  expect((await run('--unknown-imports', 'refuse', 'needs.wat')).code).toBe(1);
});

test('a script tells an assertion that fails without a class of JavaScript', async () => {
  expect((await run('wast', 'asserts.wast')).err).toBe(
    'wasmi-ts: error: asserts.wast:2: assert_trap: it did not trap, expected "unreachable"\n',
  );
});
