import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/cli/failure.ts';
import { Console } from '../../src/cli/console.ts';
import type { CliHost } from '../../src/cli/host.ts';
import { type OptionSpecs, duration, flag, parseOptions, size } from '../../src/cli/options.ts';
import { RUN_OPTIONS, runOptions } from '../../src/cli/run-options.ts';
import { DEFAULT_FEATURES } from '../../src/syntax/features.ts';

const host: CliHost = {
  env: { HOME: '/home/x', '=C:': 'windows' },
  cwd: '/base',
  stdout: () => {},
  stderr: () => {},
  readStdin: () => new Uint8Array(0),
};
const settings = (...args: string[]) =>
  runOptions(parseOptions('run', [...args, 'f.wasm'], RUN_OPTIONS, { guestArguments: true }), new Console(host));

describe('options', () => {
  test('end at the first file where what follows belongs to the guest', () => {
    const options = parseOptions('run', ['--fuel', '5', 'a.wasm', '--fuel', '-x', '--', 'b'], RUN_OPTIONS, {
      guestArguments: true,
    });
    expect(options.files).toEqual(['a.wasm']);
    expect(options.rest).toEqual(['--fuel', '-x', '--', 'b']);
    expect(options.all('fuel')).toEqual(['5']);
  });

  test('a file after -- may begin with a dash', () => {
    const options = parseOptions('run', ['--', '-odd.wasm', 'x'], RUN_OPTIONS, { guestArguments: true });
    expect([options.files, options.rest]).toEqual([['-odd.wasm'], ['x']]);
  });

  test('stand between files where files take no arguments', () => {
    const specs: OptionSpecs = { verbose: flag('say more', { short: 'v' }) };
    const options = parseOptions('validate', ['a', '-v', 'b'], specs);
    expect(options.files).toEqual(['a', 'b']);
    expect(options.has('verbose')).toBe(true);
  });

  test.each([
    [['--nope'], 'unknown option --nope'],
    [['--fule', '5'], 'unknown option --fule; did you mean --fuel?'],
    [
      ['--fuel', '99999999999999999999'],
      '--fuel 99999999999999999999: a whole number is needed, 9007199254740991 at most',
    ],
    [['--constructor'], 'unknown option --constructor'],
    [['--stats=1'], '--stats takes no value'],
    [['--fuel', '--stats'], '--fuel needs a value; write --fuel=--stats if --stats is meant'],
    [['-W', '--stats'], '-W needs a value; write --wasm-features=--stats if --stats is meant'],
    [['--fuel', '1', '--fuel', '2'], '--fuel is given 2 times'],
    [['--fuel=-1'], '--fuel -1: a whole number is needed'],
    [['--dir', 'a::b::c'], '--dir a::b::c: write HOST, HOST::GUEST or either with :ro at its end'],
    [['--mapdir', 'a'], '--mapdir a: write GUEST:HOST'],
    [['--module', 'x'], '--module x: write NAME=FILE'],
    [['--unknown-imports', 'ignore'], '--unknown-imports ignore: it is one of refuse, trap, default'],
    [['--trace=all'], '--trace=all: it is made of ops, calls, mem, wasi, branch'],
    [['--trace-out', 'x'], '--trace-out needs --trace'],
    [['--trace=wasi', '--trace-limit', '5'], '--trace-limit is not for --trace=wasi, which shows no instructions'],
    [['--trace=wasi', '--trace-filter', 'x'], '--trace-filter is not for --trace=wasi, which shows no instructions'],
    [['--dir', 'a::/x', '--dir', 'b::/x'], '--dir b::/x: there is already a directory that the program sees as /x'],
    [['--mapdir', '/x:a', '--dir', '/x'], '--dir /x: there is already a directory that the program sees as /x'],
    [['--dir', 'a::/x', '--dir', 'b::/x/'], '--dir b::/x/: there is already a directory that the program sees as /x'],
    [['--mapdir', 'x:a', '--dir', 'b::./x'], '--dir b::./x: there is already a directory that the program sees as x'],
    [['--dir', 'a::/', '--dir', 'b:://'], '--dir b:://: there is already a directory that the program sees as /'],
    [['--timeout', '0s'], '--timeout 0s: a time is longer than 0'],
    [['--module', 'a=b', '--module', 'a=c'], '--module a=c: there is already a module that is called a'],
    [
      ['--module', 'wasi_snapshot_preview1=b'],
      '--module wasi_snapshot_preview1=b: wasi_snapshot_preview1 is the system interface, which every program is given',
    ],
    [
      ['--max-memory', `1${'0'.repeat(30)}`],
      `--max-memory 1${'0'.repeat(30)}: a size is a number of bytes, or one with KiB, MiB or GiB, such as 64MiB`,
    ],
    [['-W', '-gc=y'], '--wasm-features -gc=y: write name, -name, name=y or name=n'],
  ])('%j is refused with a reason', (args, message) => {
    expect(() => settings(...args)).toThrow(new UsageError(message, 'run'));
  });

  test('directories are mapped in both spellings', () => {
    expect(settings('--dir', 'a::/b:ro', '--dir', '/abs', '--dir', '.', '--mapdir', '/g:h').dirs).toEqual([
      { host: '/base/a', guest: '/b', readOnly: true },
      { host: '/abs', guest: '/abs', readOnly: false },
      { host: '/base', guest: '.', readOnly: false },
      { host: '/base/h', guest: '/g', readOnly: false },
    ]);
  });

  test('the environment has only what is named, and later values win', () => {
    const given = ['--env', 'A=1', '--env', 'A=b=c', '--env', 'HOME', '--env', 'MISSING'];
    expect([...settings(...given).env]).toEqual([
      ['A', 'b=c'],
      ['HOME', '/home/x'],
    ]);
    expect([...settings('--env-inherit').env]).toEqual([['HOME', '/home/x']]);
  });

  test('directories and variables keep the order of the command line, also where their names look like numbers', () => {
    const { dirs, env } = settings(...'--dir a::b --mapdir 2:c --dir d::1 --env b=1 --env 2=x --env 1=y'.split(' '));
    expect(dirs.map(({ guest }) => guest)).toEqual(['b', '2', '1']);
    expect([...env.keys()]).toEqual(['b', '2', '1']);
  });

  test('features are switched from left to right', () => {
    expect(settings().features).toEqual(DEFAULT_FEATURES);
    const { features } = settings('-W', '-gc,wide-arithmetic', '--wasm-features=simd=n', '-W=relaxed-simd=y');
    expect(features.has('gc')).toBe(false);
    expect(features.has('wide-arithmetic')).toBe(true);
    expect(features.has('simd')).toBe(true);
    expect([...settings('-W', 'all=n').features]).toEqual(['core']);
  });

  test('times and sizes have units', () => {
    const time = (text: string) => duration(parseOptions('run', ['--timeout', text], RUN_OPTIONS), 'timeout');
    expect([time('5s'), time('300ms'), time('1.5m')]).toEqual([5000, 300, 90_000]);
    const bytes = (text: string) => size(parseOptions('run', ['--max-memory', text], RUN_OPTIONS), 'max-memory');
    expect([bytes('65536'), bytes('64KiB'), bytes('1.5g'), bytes('2MB')]).toEqual([65536, 65536, 1610612736, 2e6]);
    expect(() => time('5')).toThrow('a time is a number with ms, s, m or h');
    expect(() => bytes('much')).toThrow('a size is a number of bytes');
  });
});
