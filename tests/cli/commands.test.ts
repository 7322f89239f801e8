// The table of commands, and what has to follow it: the help of each command, docs/command-line.md and the golden cases.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS, type RUN } from '../../src/cli/commands.ts';
import { COMMON } from '../../src/cli/options.ts';
import { projectRoot } from '../data.ts';
import { runCommand } from './in-process.ts';

const golden = join(projectRoot, 'tests/cli/golden');
const run = (...args: string[]) => runCommand(args, { cwd: golden });
const version = { code: 0, err: '', out: expect.stringMatching(/^wasmi-ts \d+\.\d+\.\d+\n$/) };
const commonNames = Object.keys(COMMON);

describe.each(COMMANDS)('$name', (command) => {
  const { name, operands, options } = command;
  const files = Array.from({ length: operands.min }, () => 'missing.wat');

  test('prints the same help wherever it is asked for', async () => {
    const help = await run(name, '--help');
    expect(help).toMatchObject({ code: 0, err: '', out: expect.stringContaining(operands.usage) });
    expect(await run('help', name)).toEqual(help);
    for (const flag of ['-h', '--help']) {
      for (const one of Object.keys(options).filter((key) => options[key].kind === 'flag')) {
        expect(await run(name, `--${one}`, flag, '--nonsense')).toEqual(help);
      }
      if (!operands.guestArguments) expect(await run(name, ...files, flag)).toEqual(help);
    }
  });

  test('lists the options of its row in its help, and no other', async () => {
    const { out } = await run(name, '--help');
    const listed = [...out.matchAll(/^ {2}(?: {4}|(-\w), )--([\w-]+)/gm)].map(([, short, long]) => [long, short]);
    const all = Object.entries({ ...options, ...COMMON });
    expect(listed).toEqual(all.map(([long, { short }]) => [long, short === undefined ? undefined : `-${short}`]));
  });

  test('prints the version wherever it is asked for', async () => {
    for (const flag of ['-V', '--version']) {
      expect(await run(name, flag, ...files, '--nonsense')).toEqual(version);
      for (const one of Object.keys(options).filter((key) => options[key].kind === 'flag')) {
        expect(await run(name, `--${one}`, flag)).toEqual(version);
      }
      if (!operands.guestArguments) expect(await run(name, ...files, flag)).toEqual(version);
    }
  });

  test('says in one line that the count of files is wrong, with exit code 2', async () => {
    const counts = [operands.min - 1, operands.guestArguments ? -1 : operands.max + 1];
    for (const count of counts.filter((one) => one >= 0 && Number.isFinite(one))) {
      const { code, out, err } = await run(name, ...Array.from({ length: count }, () => 'missing.wat'));
      const lines = [`wasmi-ts: error: ${name} ${operands.rule}`, `hint: wasmi-ts ${name} --help lists what there is`];
      expect({ code, out, err }).toEqual({ code: 2, out: '', err: `${lines.join('\n')}\n` });
    }
  });

  test('has golden cases: its help, and its work or why it does not begin', () => {
    const cases = readdirSync(golden).filter((file) => file.endsWith('.args'));
    const firsts = new Map(cases.map((file) => [file, readFileSync(join(golden, file), 'utf8').split('\n')[0]]));
    expect(cases).toContain(`help-${name}.args`);
    expect([...firsts].filter(([file, first]) => first === name && file !== `help-${name}.args`)).not.toEqual([]);
  });
});

test('the version is printed where no command is named, too', async () => {
  for (const args of [['--version'], ['-V'], ['--stats', '--version'], ['--fuel', '5', '-V', 'missing.wat']]) {
    expect(await run(...args)).toEqual(version);
  }
});

test('trace prints what its own --trace says, where one is given', async () => {
  const calls = await run('trace', '--trace=wasi', 'exit.wat');
  expect(calls).toEqual(await run('--trace=wasi', 'exit.wat'));
  expect(calls).not.toEqual(await run('trace', 'exit.wat'));
  expect(await run('trace', 'exit.wat')).toEqual(await run('--trace', 'exit.wat'));
});

test('after the file of a program, --help and --version belong to the program', async () => {
  for (const flag of ['--help', '--version', '-V', '-h']) {
    expect((await run('missing.wat', flag)).err).toContain('missing.wat: no such file');
  }
});

test('the list of commands in the help has every row of the table, in its order', async () => {
  const { out } = await run('--help');
  const listed = [...out.matchAll(/^ {2}(\w+) {2,}(.*)$/gm)].map(([, name, line]) => [name, line]);
  expect(listed).toEqual(COMMANDS.map(({ name, line }) => [name, line]));
  expect((await run('help')).out).toBe(out);
});

describe('docs/command-line.md', () => {
  const text = readFileSync(join(projectRoot, 'docs/command-line.md'), 'utf8');
  /** Its chapters by heading; what comes before the first is ''. */
  const chapters = new Map(
    text
      .split(/^(?=## )/m)
      .map((part) => [/^## (.*)\n/.exec(part)?.[1] ?? '', part.replace(/^```[\s\S]*?^```$/gm, '')]),
  );
  /** The words of a chapter that are options, in code. */
  const optionsIn = (chapter: string): string[] => {
    const code = [...chapter.matchAll(/`[^`\n]+`/g)].join(' ');
    const short = [...chapter.matchAll(/`-([A-Za-z])\b/g)].map(([, letter]) => `-${letter}`);
    return [...new Set([...[...code.matchAll(/(?<![\w-])--[a-z][\w-]*/g)].map(([word]) => word), ...short])].sort();
  };
  const spellings = (options: (typeof RUN)['options']): string[] =>
    Object.entries(options).flatMap(([name, { short }]) => [
      `--${name}`,
      ...(short === undefined ? [] : [`-${short}`]),
    ]);
  const chapterOf = (name: string): string | undefined =>
    [...chapters.keys()].find((heading) => heading.split(/ and /).includes(name));

  test('lists every command, in the order of the table, and no other', () => {
    const listed = [...text.matchAll(/^\| \[?`(\w+)(?: \[COMMAND\])?`\]?(?:\(#[\w-]+\))? \|/gm)].map(
      ([, name]) => name,
    );
    expect(listed).toEqual(COMMANDS.map(({ name }) => name));
  });

  const described = COMMANDS.filter(({ name, options }) => name !== 'trace' && Object.keys(options).length > 0);

  test.each([...new Set(described.map(({ name }) => chapterOf(name)))])(
    'has every option of its commands in the chapter "%s", and no other',
    (heading) => {
      const rows = described.filter(({ name }) => chapterOf(name) === heading);
      const known = [...new Set(rows.flatMap(({ options }) => spellings(options)))].sort();
      const common = commonNames.map((name) => `--${name}`);
      const found = optionsIn(chapters.get(heading ?? '') ?? '').filter((word) => !common.includes(word));
      expect(found).toEqual(known);
    },
  );

  test('has --help and --version with their letters at its beginning', () => {
    expect(optionsIn(chapters.get('') ?? '')).toEqual(expect.arrayContaining(spellings(COMMON)));
  });

  test('names no option anywhere that no command has', () => {
    const known = [...COMMANDS.flatMap(({ options }) => spellings(options)), ...spellings(COMMON)];
    expect(optionsIn([...chapters.values()].join('\n')).filter((word) => !known.includes(word))).toEqual([]);
  });
});
