// Bytes, text, bytes: every module comes back as it was, byte by byte, with names printed and without, unless a number in it
// is padded. Tried on all modules of the testsuite, the hostile ones, the small ones of the corpus, and generated ones.
// `UPDATE_COUNTS=1` prints how many there were of each.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type Part, moduleOf, name, section } from '../../src/decoder/bytes.suite.ts';
import { decodeModule } from '../../src/decoder/decode.ts';
import { encodeModule } from '../../src/encoder/encode.ts';
import { MalformedError } from '../../src/errors.ts';
import { parseScript } from '../../src/script/parse.ts';
import { type Command, parseSource } from '../../src/script/script.ts';
import type { Custom, Module } from '../../src/syntax/module.ts';
import { module as generatedModule } from '../../src/testing/index.ts';
import { parseModule } from '../../src/text/parser.ts';
import { printModule } from '../../src/text/printer.ts';
import { dataFolder, missingData } from '../data.ts';
import { samples } from '../hostile/judge.ts';
import { readsPadded } from './padded.ts';

type Verdict = 'identity' | 'padded' | 'malformed' | 'differs';

/** Prints the module and parses the text. A text that does not parse is an error. */
function roundTrip(bytes: Uint8Array, names: boolean): Verdict {
  let text = '';
  let malformed = false;
  const padded = readsPadded(() => {
    try {
      text = printModule(decodeModule(bytes), { names });
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      malformed = true;
    }
  });
  if (malformed) return 'malformed';
  const back = encodeModule(parseModule(text));
  if (Buffer.compare(back, bytes) === 0) return 'identity';
  if (!padded) return 'differs';
  // What is left without padding comes back.
  return Buffer.compare(encodeModule(parseModule(printModule(decodeModule(back), { names }))), back) === 0
    ? 'padded'
    : 'differs';
}

const counts = new Map<string, number>();

function check(set: string, bytes: Uint8Array, label = set): void {
  for (const names of [false, true]) {
    const verdict = roundTrip(bytes, names);
    const key = `${set}, ${names ? 'with' : 'without'} names: ${verdict}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    expect(verdict, label).not.toBe('differs');
  }
}

afterAll(() => {
  if (process.env['UPDATE_COUNTS'] === '1') console.log(Object.fromEntries(counts));
});

// biome-ignore format: a table
const KINDS: Readonly<Record<string, readonly Part[]>> = {
  'a custom section behind the last one adds no data section': [section(1, 0), section(0, name('a'), 1)],
  'a module of nothing but a custom section': [section(0, name('a'))],
  'a data count section that nothing needs': [section(5, 1, 0, 1), section(12, 1), section(11, 1, 0, [0x41, 0, 0x0b], 1, 7)],
  'a passive segment without a data count section': [section(11, 1, 1, 1, 7)],
  'a data count section without segments': [section(12, 0)],
  'sections of no entries': [1, 2, 3, 4, 5, 13, 6, 7, 9, 10, 11].map((id) => section(id, 0)),
  'locals in two groups of one type': body([2, [1, 0x7f], [1, 0x7f]], []),
  'a group of no locals': body([3, [0, 0x7e], [1, 0x7f], [0, 0x7f]], []),
  'locals of a reference type in the long form': body([1, [1, 0x63, 0x70]], []),
  'memory 0 named in an instruction': [...body([0], [0x41, 0, 0x28, 0x42, 0, 0, 0x28, 0x02, 0, 0x1a]), section(0, name('a'))],
  'memory 0 named in an instruction with a lane': body([0], [0xfd, 0x54, 0x40, 0, 0, 3, 0xfd, 0x54, 0, 0, 3]),
  'block types and select in the long form': body([0], [0x02, 0x63, 0x70, 0x02, 0x70, 0x0b, 0x0b, 0x1c, 1, 0x63, 0x6f]),
  'a group of one type': [section(1, 1, 0x4e, 1, 0x60, 0, 0)],
  'sub final without a supertype': [section(1, 1, 0x4f, 0, 0x60, 0, 0)],
  'table 0 named in element segments': [section(9, 2, [2, 0, [0x41, 0, 0x0b], 0, 0], [6, 0, [0x41, 0, 0x0b], 0x70, 0])],
  'memory 0 named in a data segment': [section(11, 1, 2, 0, [0x41, 0, 0x0b], 0)],
  'the usual page size named': [section(5, 1, 8, 0, 16)],
  'compact imports of both forms, empty ones too': [
    section(2, 4, [name('m'), 0, 0x7e, [3, 0x7f, 0], 2, name('a'), name('b')], [name('m'), 0, 0x7f, 1, name('c'), [3, 0x7f, 0]],
      [name('m'), 0, 0x7f, 0], [name('m'), name('d'), [3, 0x7f, 0]]),
  ],
  'compact imports that share a type and have names': [
    section(1, 1, 0x60, 0, 0), section(2, 1, name('m'), 0, 0x7e, [0, 0], 2, name('a'), name('b')),
    section(0, name('name'), 1, 7, 2, [0, name('f')], [1, name('g')]),
  ],
  'a table whose initial value has no instructions': [section(4, 1, 0x40, 0, 0x70, 0, 0, 0x0b)],
  'blocks in a constant expression': [section(6, 1, 0x7f, 0, [0x02, 0x63, 0x70, 0x0b, 0x04, 0x40, 0x05, 0x0b, 0x0b])],
  'two locals of one name': named(2, 1, [0, 2, [0, name('x')], [1, name('x')]]),
  'a local with the empty name': named(2, 1, [0, 1, [0, name('')]]),
  'a label with the empty name': named(3, 1, [0, 1, [0, name('')]]),
  'a parameter with the empty name': named(2, 1, [1, 1, [0, name('')]]),
  'a field with the empty name, and two of one': named(10, 1, [2, 3, [0, name('')], [1, name('y')], [2, name('y')]]),
  'functions of one name and of none': named(1, 2, [0, name('')], [1, name('')]),
  'names in the wrong order': named(1, 2, [1, name('b')], [0, name('a')]),
  'two names for one function': named(1, 2, [0, name('a')], [0, name('b')]),
  'names of what is not there': named(1, 1, [9, name('a')]),
  'names of locals and labels that are not there': named(2, 1, [0, 1, [7, name('x')]]),
  'a name map without names': named(1, 0),
  'an unknown subsection of names': named(42, 1, 2, 3),
  'a name section that breaks off': [section(0, name('name'), 1, 9, 1)],
  'a name section of no bytes': [section(1, 0), section(0, name('name'))],
  'two name sections': [section(0, name('name'), 0, 2, name('a')), section(0, name('name'), 0, 2, name('b'))],
  'a name section before others': [section(0, name('name'), 0, 2, name('a')), section(1, 0), section(0, name('b'))],
  'a name section between others behind the last': [section(1, 0), section(0, name('a')), section(0, name('name'), 0, 2, name('m')), section(0, name('b'))],
  'custom sections of one name at every place': [1, 2, 3, 4].flatMap((id) => [section(0, name('a'), id), section(id, 0)]),
  'a branch hint section': [...body([0], [0x41, 0, 0x04, 0x40, 0x0b]).slice(0, 2), section(0, name('metadata.code.branch_hint'), 1, 0, 1, 3, 1, 1), ...body([0], [0x41, 0, 0x04, 0x40, 0x0b]).slice(2)],
  'a local named where the type of the function is not known': [
    section(3, 1, 9), section(10, 1, [4, 1, 1, 0x7f, 0x0b]), section(0, name('name'), 2, 6, 1, 0, 1, 0, name('x')),
  ],
};

/** A module of one function. */
function body(locals: readonly Part[], code: readonly Part[]): Part[] {
  const contents = section(0, locals, code, 0x0b);
  return [section(1, 1, 0x60, 0, 0), section(3, 1, 0), section(10, 1, contents.subarray(1))];
}

/** A module with a subsection of names: two functions with a local, a label and a parameter, and a struct. */
function named(id: number, ...contents: readonly Part[]): Part[] {
  const code = [6, 1, 2, 0x7f, 0x02, 0x40, 0x0b, 0x0b];
  return [
    section(1, 3, [0x60, 0, 0], [0x60, 1, 0x7f, 0], [0x5f, 3, 0x7f, 0, 0x7f, 0, 0x7f, 0]),
    section(3, 2, 0, 1),
    section(10, 2, [7, ...code.slice(1)], [2, 0, 0x0b]),
    section(0, name('name'), section(id, ...contents)),
  ];
}

describe('comes back byte by byte:', () => {
  test.each(Object.entries(KINDS))('%s', (_, parts) => {
    const bytes = moduleOf(...parts);
    expect([roundTrip(bytes, false), roundTrip(bytes, true)]).toEqual(['identity', 'identity']);
  });

  test('a generated module, in every form that its sections, groups, names and custom sections can be written', () => {
    fc.assert(
      fc.property(
        generatedModule(),
        fc.record({
          long: fc.uniqueArray(fc.nat({ max: 30 })),
          emptySections: fc.subarray([1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13]),
          customs: fc.array(oddCustom, { maxLength: 4 }),
          uncounted: fc.boolean(),
          counted: fc.boolean(),
        }),
        ({ bytes }, { long, emptySections, customs, counted, uncounted }) => {
          const found = decodeModule(bytes);
          // Whether the code needs the count is known to the printer alone: it refuses what lacks it.
          const dataCount = counted ? found.datas.length : uncounted ? undefined : found.dataCount;
          const module: Module = { ...found, customs, dataCount, form: { long, emptySections } };
          const odd = encodeModule(module);
          for (const names of [false, true]) expect(['identity', 'malformed']).toContain(roundTrip(odd, names));
          if (counted) expect(roundTrip(odd, true)).toBe('identity');
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a body with locals in any groups', () => {
    const group = fc.tuple(fc.nat({ max: 3 }), fc.constantFrom<Part>(0x7f, 0x70, [0x63, 0x70], [0x64, 0x6e], 0x7b));
    fc.assert(
      fc.property(fc.array(group, { maxLength: 6 }), fc.boolean(), (groups, withNames) => {
        const names = section(0, name('name'), section(2, 1, 0, 1, 0, name('x')));
        const bytes = moduleOf(...body([groups.length, ...groups], []), ...(withNames ? [names] : []));
        expect([roundTrip(bytes, false), roundTrip(bytes, true)]).toEqual(['identity', 'identity']);
      }),
    );
  });

  test('a name section of any bytes', () => {
    const start = named(1, 0).slice(0, 3);
    fc.assert(
      fc.property(fc.array(oddNames, { maxLength: 4 }), (parts) => {
        const bytes = moduleOf(...start, section(0, name('name'), parts));
        for (const names of [false, true]) expect(['identity', 'padded']).toContain(roundTrip(bytes, names));
      }),
      { numRuns: 500 },
    );
  });
});

/** A subsection of the name section that is nearly right, or any bytes. */
const oddNames: fc.Arbitrary<Part> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 12 }), fc.array(fc.tuple(fc.nat({ max: 3 }), fc.constantFrom('', 'x', 'y'))))
    .map(([id, entries]) => {
      const map: Part = [entries.length, entries.map(([index, text]): Part => [index, name(text)])];
      if (id === 0) return section(0, name(entries[0]?.[1] ?? ''));
      return section(id, id === 2 || id === 3 || id === 10 ? [1, id === 10 ? 2 : entries.length % 2, map] : map);
    }),
  fc.uint8Array({ maxLength: 6 }),
);

const oddCustom: fc.Arbitrary<Custom> = fc
  .record({
    name: fc.constantFrom('', 'a', 'name', 'metadata.code.branch_hint', 'producers'),
    bytes: fc.oneof(fc.uint8Array({ maxLength: 4 }), fc.constant(section(1, 1, 0, name('f')))),
    after: fc.constantFrom(0, 1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11),
  })
  .map((one) => ({ ...one, offset: 0 }));

/** The binary modules of a script and what its texts are encoded to, those that are invalid included. */
function modulesOf(commands: readonly Command[]): Uint8Array[] {
  return commands.flatMap((command): Uint8Array[] => {
    if (!('source' in command)) return [];
    try {
      const { source } = command;
      return [source.form === 'binary' ? source.bytes : encodeModule(parseSource(source))];
    } catch (error) {
      if (error instanceof MalformedError) return [];
      throw error;
    }
  });
}

function filesIn(root: string | undefined, ending: string): string[] {
  if (root === undefined) return [];
  const files = (readdirSync(root, { recursive: true }) as string[]).map((file) => file.split('\\').join('/'));
  return files.filter((file) => file.endsWith(ending)).sort();
}

const testsuite = dataFolder('testsuite');

describe.skipIf(testsuite === undefined)(testsuite === undefined ? missingData('testsuite') : 'the testsuite', () => {
  test.each(filesIn(testsuite, '.wast'))('modules of %s print to text that parses to the same bytes', (file) => {
    for (const bytes of modulesOf(parseScript(readFileSync(join(testsuite ?? '', file))).commands)) {
      check('testsuite', bytes);
    }
  });
});

const hostile = dataFolder('hostile');

describe.skipIf(hostile === undefined)(hostile === undefined ? missingData('hostile') : 'hostile modules', () => {
  test('print to text that parses to the same bytes, or are refused as malformed', { timeout: 60_000 }, () => {
    for (const { name: label, bytes } of samples(hostile ?? '')) {
      if (bytes.length < 300_000) check('hostile', bytes, label);
    }
  });
});

const corpus = dataFolder('corpus');
const SMALL = 200_000;

describe.skipIf(corpus === undefined)(corpus === undefined ? missingData('corpus') : 'the corpus', () => {
  const files = filesIn(corpus, '.wasm').filter((file) => statSync(join(corpus ?? '', file)).size < SMALL);
  test.each(files)('%s prints to text that parses to the same bytes', (file) => {
    check('corpus', readFileSync(join(corpus ?? '', file)));
  });
});
