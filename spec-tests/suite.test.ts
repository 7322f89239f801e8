// The runner of the testsuite is itself tested: that it passes what holds, and that it can fail in every way it knows.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { scriptEngine } from '../src/script/engine.ts';
import { parseScript } from '../src/script/parse.ts';
import { runScript } from '../src/script/run.ts';
import type { Command, Pattern } from '../src/script/script.ts';
import { dataFolder, dataFolders, missingData } from '../tests/data.ts';
import { EXPECTATIONS, type Expectations } from './expectations.ts';
import { newerScripts, scriptNames, selectScripts } from './files.ts';
import { countsText, jsonReport, total } from './report.ts';
import { type FileReport, runFile, strayExpectations } from './suite.ts';

const NONE: Expectations = { differences: [], switches: [] };

const counts = ({ passed, failed, skipped }: FileReport): number[] => [passed, failed, skipped];
const failures = (report: FileReport): string[] => report.failures.map(({ line, kind }) => `${line} ${kind}`);

describe('judging a script', () => {
  const ONE = '(module (func (export "one") (result f32) (f32.const -0)))\n';
  test('what holds passes', () => {
    const report = runFile('a.wast', `${ONE}(assert_return (invoke "one") (f32.const -0))`, NONE);
    expect([counts(report), report.failures]).toEqual([[2, 0, 0], []]);
  });
  test('a wrong expectation fails with its line and what came instead', () => {
    const report = runFile('a.wast', `${ONE}(assert_return (invoke "one") (f32.const 0))`, NONE);
    expect(counts(report)).toEqual([1, 1, 0]);
    const detail = '(invoke "one") gives (f32.const 0x80000000), expected (f32.const 0x00000000)';
    expect(report.failures).toEqual([{ line: 2, kind: 'assert_return', detail }]);
  });
  test('a script that does not parse fails', () => {
    const report = runFile('a.wast', `${ONE}(assert_return`, NONE);
    expect([counts(report), report.failures[0].kind]).toEqual([[0, 1, 0], 'script']);
  });
  test('what needs a module that failed is an unexpected skip', () => {
    const text = '(module (func unreachable) (start 0))\n(invoke "f")';
    const report = runFile('a.wast', text, NONE);
    expect(failures(report)).toEqual(['1 module', '2 action']);
    expect(report.failures[1].detail).toContain('unexpected skip, for no feature');
  });
  test('a command that needs a feature that is off is an unexpected skip', () => {
    const expectations: Expectations = {
      ...NONE,
      switches: [{ files: 'a.wast', features: { 'tail-call': false }, reason: 'a test' }],
    };
    const report = runFile('a.wast', '(module (func (return_call 0)))', expectations);
    expect(counts(report)).toEqual([0, 1, 0]);
    expect(report.failures[0].detail).toContain('unexpected skip, for tail-call');
  });
  test('a switched off feature makes what needs it invalid, and does not excuse valid modules', () => {
    const expectations: Expectations = {
      ...NONE,
      switches: [{ files: 'old/*', features: { 'multi-memory': false }, reason: 'a test' }],
    };
    const text = `(assert_invalid (module (memory 0) (memory 0)) "multiple memories")\n(module (memory 0) (memory 0))`;
    expect(failures(runFile('old/a.wast', text, expectations))).toEqual(['2 module']);
    expect(failures(runFile('new/a.wast', text, expectations))).toEqual(['1 assert_invalid']);
  });
  test('a difference is skipped with its reason, and is stale where the command passes or is not there', () => {
    const text = `${ONE}(assert_return (invoke "one"))`;
    const differing = (...lines: number[]): FileReport =>
      runFile('a.wast', text, { ...NONE, differences: [{ file: 'a.wast', lines, reason: 'a test' }] });
    expect([counts(differing(2)), differing(2).skips[0].detail]).toEqual([
      [1, 0, 1],
      'a test ((invoke "one") gives 0x80000000, expected nothing)',
    ]);
    expect(failures(differing(1, 2, 3))).toEqual(['1 stale expectation', '3 stale expectation']);
  });
  test('expectations for files that are not there are stale', () => {
    const expectations: Expectations = {
      differences: [{ file: 'b.wast', lines: [1], reason: 'a test' }],
      switches: [
        { files: 'legacy/*', features: {}, reason: 'a test' },
        { files: 'a.wast', features: {}, reason: 'a test' },
      ],
    };
    const stray = strayExpectations(['x/a.wast', 'legacy/c.wast'], expectations);
    expect(stray.map(({ detail }) => detail)).toEqual(['no file fits b.wast', 'no file fits a.wast']);
  });
});

describe('choosing scripts', () => {
  const names = ['i32.wast', 'i64.wast', 'legacy/throw.wast', 'proposals/threads/memory.wast', 'simd_load.wast'];
  test.each([
    [[], names],
    [['i32'], ['i32.wast']],
    [
      ['i*.wast', 'i32.wast'],
      ['i32.wast', 'i64.wast'],
    ],
    [['legacy/'], ['legacy/throw.wast']],
    [['proposals'], ['proposals/threads/memory.wast']],
    [['**/memory'], ['proposals/threads/memory.wast']],
    [['/data/suite/i64.wast'], ['i64.wast']],
  ])('%j', (asked, chosen) => {
    expect(selectScripts(names, asked, '/data/suite')).toEqual(chosen);
  });
  test('a name that fits nothing is refused', () => {
    expect(() => selectScripts(names, ['i32', 'i3'], '/data/suite')).toThrow('no script of the testsuite is called i3');
  });
});

/** The command, expecting another sign or top bit, null instead of a reference, or another message. */
function withWrongExpectation(command: Command): Command {
  if ('message' in command) return { ...command, message: `not ${command.message}` };
  if (command.kind !== 'assert_return' || command.results.length === 0) return command;
  return { ...command, results: command.results.map(wrongPattern) };
}

function wrongPattern(pattern: Pattern): Pattern {
  switch (pattern.type) {
    case 'i32':
    case 'i64':
    case 'f32':
    case 'f64': {
      const top = 1n << BigInt(Number(pattern.type.slice(1)) - 1);
      return { type: pattern.type, bits: typeof pattern.bits === 'bigint' ? pattern.bits ^ top : 0n };
    }
    case 'ref.null':
      return { type: 'ref.extern', value: undefined };
    default:
      return { type: 'ref.null', heap: undefined };
  }
}

const folder = dataFolder('testsuite');

describe.skipIf(folder === undefined)(
  folder === undefined ? missingData('testsuite') : 'the official testsuite',
  () => {
    const root = folder ?? '';
    const run = (file: string): FileReport => runFile(file, readFileSync(join(root, file)), EXPECTATIONS);

    test('has its scripts at the top, in legacy, custom and proposals, and all expectations are about them', () => {
      const names = scriptNames(root);
      expect(names.length).toBeGreaterThan(270);
      for (const part of ['i32.wast', 'legacy/', 'custom/', 'proposals/threads/']) {
        expect(names.some((name) => name.startsWith(part))).toBe(true);
      }
      expect(strayExpectations(names, EXPECTATIONS)).toEqual([]);
    });
    test.each(['i32.wast', 'f32.wast', 'linking.wast', 'memory_grow.wast', 'custom/branch_hint.wast'])('%s', (file) => {
      expect(run(file).failures).toEqual([]);
    });
    test.each(['i64.wast', 'f32_bitwise.wast', 'float_misc.wast', 'traps.wast', 'ref_func.wast', 'imports2.wast'])(
      'every wrong expectation planted in %s fails',
      (file) => {
        const { commands } = parseScript(readFileSync(join(root, file)));
        const wrong = commands.map(withWrongExpectation);
        const outcomes = runScript({ commands: wrong }, scriptEngine());
        const planted = outcomes.filter((_, i) => wrong[i] !== commands[i]);
        expect(planted.length).toBeGreaterThan(4);
        expect(planted.filter(({ result }) => result !== 'failed')).toEqual([]);
      },
    );
    test('the report for programs has the counts of the last line', () => {
      const reports = [run('fac.wast'), run('proposals/threads/memory.wast')];
      const { total: sum, files } = JSON.parse(jsonReport(reports));
      expect(countsText(sum)).toBe(countsText(total(reports)));
      expect(files.map(({ file }: FileReport) => file)).toEqual(['fac.wast', 'proposals/threads/memory.wast']);
      expect(files[1].skips.length).toBe(files[1].skipped);
    });
  },
);

const newer = newerScripts(dataFolders('proposals'));

describe.skipIf(newer.size === 0)(
  newer.size === 0 ? missingData('proposals') : 'scripts newer than the testsuite',
  () => {
    test.each([...newer])('%s', (name, path) => {
      const report = runFile(name, readFileSync(path), EXPECTATIONS);
      expect(report.failures).toEqual([]);
      expect(report.passed).toBeGreaterThan(5);
    });
  },
);

describe('finding newer scripts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-newer-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  test('takes each folder from the best place that has it, and scripts alone', () => {
    const write = (...path: string[]): string => {
      const file = join(folder, ...path);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, '(module)');
      return file;
    };
    const b = write('one', 'threads', 'b.wast');
    const a = write('one', 'threads', 'a.wast');
    write('one', 'threads', 'README.md');
    write('one', 'threads', 'deeper', 'c.wast');
    write('one', 'stack-switching', 'cont.wast');
    write('two', 'threads', 'z.wast');
    const core = write('two', 'core', 'x.wast');
    expect([...newerScripts(['one', 'two', 'three'].map((name) => join(folder, name)))]).toEqual([
      ['newer/core/x.wast', core],
      ['newer/threads/a.wast', a],
      ['newer/threads/b.wast', b],
    ]);
    expect(newerScripts([])).toEqual(new Map());
  });
});
