// The documentation is tried out: blocks run against the built package, what they print is compared, links lead
// somewhere, lists are complete. UPDATE_DOCS=1 writes what is printed, and the generated lists, into the documents.
// Not checked: prose.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TRAP_PHRASES } from '../src/errors.ts';
import { FEATURES, type FeatureInfo } from '../src/syntax/features.ts';
import { projectRoot } from './data.ts';
import {
  type Block,
  anchors,
  findBlocks,
  localLinks,
  replaceBlocks,
  replaceSection,
  whyNotRun,
} from './docs/blocks.ts';
import { MAX_MS, compileBlocks, ensureBuilt, makeScratch, makeWorkplace, run } from './docs/package.ts';

const UPDATE = process.env['UPDATE_DOCS'] === '1';
const RUNNABLE = ['ts', 'js', 'sh'];
/** Node's own stack: a program did not load, or crashed, whatever the shell made of its exit code. */
const CRASH = /^node:internal\/|^ {4}at .*\(node:internal\//m;

function markdownFiles(): string[] {
  const top = readdirSync(projectRoot).filter((name) => name.endsWith('.md'));
  const docs = readdirSync(join(projectRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name));
  return [...top, ...docs].sort();
}

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8');
/** Paths of all sources, with slashes between. */
const SOURCES = ['src', 'tests', 'spec-tests', 'bench', 'scripts'].flatMap((folder) =>
  readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
    [folder, ...path.split(/[\\/]/)].join('/'),
  ),
);
const examples = readdirSync(join(projectRoot, 'examples')).sort();

interface Page {
  readonly file: string;
  readonly markdown: string;
  /** The blocks that are run. */
  readonly running: readonly Block[];
  /** The folder that they are run in, below the scratch folder. */
  readonly place: string;
}

const pages = markdownFiles().map((file): Page => {
  const markdown = read(file);
  const running = findBlocks(markdown).filter(
    (block) => RUNNABLE.includes(block.language) && whyNotRun(block) === undefined,
  );
  return { file, markdown, running, place: file.replace(/[^\w.-]/g, '-') };
});

/** Writes the blocks of a page into its folder; returns the paths of those that are to be compiled. */
function writeBlocks({ running, place }: Page): string[] {
  makeWorkplace(scratch, place);
  for (const { language, line, code } of running) {
    const path = join(scratch, place, `line-${line}.${language === 'ts' ? 'ts' : 'mjs'}`);
    if (language !== 'sh') writeFileSync(path, code);
  }
  return running.filter(({ language }) => language === 'ts').map(({ line }) => `${place}/line-${line}.ts`);
}

let scratch = '';
/** What the compiler says of the blocks of all pages, which it gets together: by page it would read its own types each time. */
let complaints = '';
beforeAll(async () => {
  ensureBuilt();
  scratch = makeScratch();
  complaints = await compileBlocks(scratch, pages.filter(({ running }) => running.length > 0).flatMap(writeBlocks));
}, 300_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What is printed, without spaces at the ends of lines and empty lines at the end. */
function tidy(output: string): string {
  return output.replace(/[ \t]+$/gm, '').trimEnd();
}

function command(block: Block): [string, string[]] {
  if (block.language === 'sh') return ['sh', ['-e', '-c', block.code]];
  return [process.execPath, [`line-${block.line}.${block.language === 'ts' ? 'js' : 'mjs'}`]];
}

test('the blocks of all pages have no type errors', () => {
  expect(pages.flatMap(({ running }) => running).some(({ language }) => language === 'ts')).toBe(true);
  expect(complaints).toBe('');
});

for (const { file, markdown, running, place } of pages) {
  test(`files of the project that ${file} names exist`, () => {
    const named = [...markdown.matchAll(/`(?:npx tsx )?([\w./-]*\w\.(?:ts|mjs))`/g)].map(([, path]) => path);
    const looked = named.filter(
      (path) => path.includes('.test.') || /^(?:src|tests|spec-tests|bench|scripts)\//.test(path),
    );
    const exists = (path: string): boolean => SOURCES.some((one) => one === path || one.endsWith(`/${path}`));
    expect(looked.filter((path) => !exists(path))).toEqual([]);
  });

  test(`links of ${file} lead somewhere`, () => {
    const broken = localLinks(markdown).filter((target) => {
      const [path, anchor] = target.split('#');
      const to = path === '' ? file : relative(projectRoot, join(projectRoot, dirname(file), path));
      if (!existsSync(join(projectRoot, to))) return true;
      return anchor !== undefined && anchor !== '' && to.endsWith('.md') && !anchors(read(to)).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  if (running.length === 0) continue;
  describe(`blocks of ${file}`, () => {
    const changes = new Map<Block, string>();

    // A document of which anything fails is left as it is.
    let failures = running.length;
    afterAll(() => {
      if (failures === 0 && changes.size > 0) writeFileSync(join(projectRoot, file), replaceBlocks(markdown, changes));
    });

    for (const block of running) {
      const { output } = block;
      const title = `line ${block.line} runs${output === undefined ? '' : ' and prints what is said'}`;
      test(
        title,
        async () => {
          const [program, args] = command(block);
          const ending = await run(program, args, join(scratch, place), scratch);
          if (ending.code !== 0 || CRASH.test(ending.output)) {
            throw new Error(`ended with ${ending.code} after printing:\n${ending.output}`);
          }
          if (UPDATE && output !== undefined) changes.set(output, tidy(ending.output));
          else if (output !== undefined) expect(tidy(ending.output)).toBe(tidy(output.code));
          failures--;
        },
        MAX_MS + 5_000,
      );
    }
  });
}

describe('examples', () => {
  for (const file of examples.filter((name) => /\.m?[jt]s$/.test(name))) {
    test(
      `${file} prints what its last comment says`,
      async () => {
        const expected = /^\/\/ Prints:\n((?:\/\/.*\n)+)$/m.exec(read(join('examples', file)));
        const ending = await run(process.execPath, [join('examples', file)], projectRoot, scratch);
        if (ending.code !== 0) throw new Error(`ended with ${ending.code} after printing:\n${ending.output}`);
        if (expected === null) throw new Error('there is no comment "// Prints:" at its end');
        expect(tidy(ending.output)).toBe(tidy(expected[1].replace(/^\/\/ ?/gm, '').replace(/^ {2}/gm, '')));
      },
      MAX_MS + 5_000,
    );
  }

  test('programs in the text format are valid', async () => {
    const programs = examples.filter((name) => name.endsWith('.wat')).map((name) => join('examples', name));
    const ending = await run(process.execPath, ['bin/wasmi-ts', 'validate', ...programs], projectRoot, scratch);
    expect(ending).toEqual({ code: 0, output: '' });
  });

  test('primes.wat prints the primes up to its argument', async () => {
    const ending = await run(process.execPath, ['bin/wasmi-ts', 'examples/primes.wat', '10000'], projectRoot, scratch);
    const isPrime = (n: number): boolean => {
      for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
      return n > 1;
    };
    const primes = Array.from({ length: 10_001 }, (_, n) => n).filter(isPrime);
    expect(ending).toEqual({ code: 0, output: `${primes.join(' ')}\n` });
  });
});

describe('lists', () => {
  /** One line per feature, with what happens to a module that needs it. */
  function featureTable(): string {
    const lines = Object.entries<FeatureInfo>(FEATURES).map(([name, { title, since, byDefault }]) => {
      const state = byDefault ? 'runs' : 'runs when switched on';
      return `| \`${name}\` | ${title} | ${since} | ${state} |`;
    });
    return ['| name | feature | since | state |', '|---|---|---|---|', ...lines].join('\n');
  }

  function trapTable(): string {
    const lines = Object.entries(TRAP_PHRASES).map(([kind, phrase]) => `| \`${kind}\` | ${phrase} |`);
    return ['| kind | message begins with |', '|---|---|', ...lines].join('\n');
  }

  const GENERATED = [
    { file: 'README.md', name: 'features', text: featureTable },
    { file: 'docs/api.md', name: 'traps', text: trapTable },
  ];

  test.each(GENERATED)('$name in $file are those of the source', ({ file, name, text }) => {
    const expected = replaceSection(read(file), name, text());
    if (expected === undefined) throw new Error(`${file} has no section <!-- ${name}: ... -->`);
    if (UPDATE) writeFileSync(join(projectRoot, file), expected);
    expect(read(file)).toBe(expected);
  });

  /** The names that an entry file exports, types included. */
  function exportedNames(path: string): string[] {
    const source = readFileSync(path, 'utf8');
    const lists = [...source.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) => list.split(','));
    const own = [
      ...source.matchAll(/^export (?:abstract )?(?:async )?(?:class|function|const|interface|type) (\w+)/gm),
    ];
    const starred = [...source.matchAll(/^export \* from '([^']+)'/gm)].flatMap(([, from]) =>
      exportedNames(join(dirname(path), from)),
    );
    const names = lists.map((one) =>
      one
        .trim()
        .replace(/^type /, '')
        .replace(/^.* as /, ''),
    );
    return [...names.filter((name) => name !== ''), ...own.map((match) => match[1]), ...starred];
  }

  const entries = Object.entries(JSON.parse(read('package.json')).exports as Record<string, { default?: string }>)
    .filter(([, target]) => target.default !== undefined)
    .map(([entry, { default: file = '' }]) => ({
      entry: entry.replace('.', 'wasmi-ts'),
      source: join(projectRoot, file.replace('./dist', 'src').replace(/js$/, 'ts')),
    }))
    .filter(({ source }) => existsSync(source));

  test.each(entries)('docs/api.md speaks of every export of $entry', ({ source }) => {
    const text = read('docs/api.md');
    const missing = exportedNames(source).filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
    expect(missing).toEqual([]);
  });

  test('decisions are numbered without gaps and are in the list of the README', () => {
    const names = readdirSync(join(projectRoot, 'docs', 'decisions')).sort();
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, i) => i + 1));
    const missing = names.filter((name) => !read('README.md').includes(`decisions/${basename(name)}`));
    expect(missing).toEqual([]);
  });
});
