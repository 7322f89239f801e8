// Scripts, and binaries that no text becomes, for the part `loading`.
import { many, random } from './part.ts';
import { list, type Named } from './loading-texts.ts';

export const SCRIPTS: readonly Named[] = [
  ['script: modules', (n) => many(n, '(module) ')],
  ['script: modules with names', (n) => list(n, (i) => `(module $m${i} (func (export "f")))`)],
  [
    'script: definitions and instances',
    (n) => list(n, (i) => `(module definition $d${i}) (module instance $i${i} $d${i})`),
  ],
  ['script: registered modules', (n) => list(n, (i) => `(module $m${i}) (register "n${i}")`)],
  [
    'script: assertions',
    (n) =>
      `(module (func (export "f") (param i32) (result i32) (local.get 0))) ${list(n, (i) => `(assert_return (invoke "f" (i32.const ${i})) (i32.const ${i}))`)}`,
  ],
  [
    'script: assertions that fail',
    (n) =>
      `(module (func (export "f") (param i32) (result i32) (local.get 0))) ${list(n, (i) => `(assert_return (invoke "f" (i32.const ${i})) (i32.const ${i + 1}))`)}`,
  ],
  [
    'script: traps',
    (n) => `(module (func (export "f") unreachable)) ${many(n, '(assert_trap (invoke "f") "unreachable") ')}`,
  ],
  ['script: modules in quotes', (n) => many(n, '(assert_malformed (module quote "(func (nop") "unexpected") ')],
  ['script: a long module in quotes', (n) => `(module quote ${many(n, '"(func)" ')})`],
  ['script: a long binary', (n) => `(module binary "\\00asm\\01\\00\\00\\00" ${many(n, '"\\00\\02\\01x" ')})`],
  ['script: invalid modules', (n) => many(n, '(assert_invalid (module (func (result i32))) "type mismatch") ')],
  [
    'script: results of many values',
    (n) =>
      `(module (func (export "f") (result i32) (i32.const 1))) (assert_return (invoke "f") ${many(n, '(i32.const 1) ')})`,
  ],
  [
    'script: alternatives',
    (n) =>
      `(module (func (export "f") (result i32) (i32.const 1))) (assert_return (invoke "f") (either ${many(n, '(i32.const 2) ')} (i32.const 1)))`,
  ],
  ['script: brackets that nobody closes', (n) => `(module ${many(n, '(func (block ')}`],
];

/** Unsigned LEB128. */
function u(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** The same in five bytes. */
const padded = (value: number): number[] =>
  [0, 7, 14, 21, 28].map((shift) => ((value >>> shift) & 127) | (shift === 28 ? 0 : 128));
const named = (text: string): number[] => [...u(text.length), ...Buffer.from(text)];
const repeated = (n: number, bytes: readonly number[]): Buffer => Buffer.alloc(n * bytes.length, Buffer.from(bytes));
const each = (n: number, bytes: (i: number) => readonly number[]): Buffer =>
  Buffer.concat(Array.from({ length: n }, (_, i) => Buffer.from(bytes(i))));

type Part = Uint8Array | readonly number[];
const joined = (parts: readonly Part[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part)));

function section(id: number, ...parts: readonly Part[]): Buffer {
  const content = joined(parts);
  return joined([[id], u(content.length), content]);
}
const binary = (...sections: readonly Part[]): Uint8Array => joined([[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], ...sections]);
const custom = (name: string, ...parts: readonly Part[]): Buffer => section(0, named(name), ...parts);

/** A function `() -> ()` of a body, which may be without end. */
function withBody(code: Part, locals: Part = [0]): Part[] {
  const body = joined([locals, code, [0x0b]]);
  return [section(1, [1, 0x60, 0, 0]), section(3, [1, 0]), section(10, [1], u(body.length), body)];
}
const functions = (n: number): Part[] => [
  section(1, [1, 0x60, 0, 0]),
  section(3, u(n), repeated(n, [0])),
  section(10, u(n), repeated(n, [2, 0, 0x0b])),
];
const subsection = (id: number, ...parts: readonly Part[]): Buffer => section(id, ...parts);

export const BINARIES: readonly Named[] = [
  ['binary: empty custom sections', (n) => binary(repeated(n, [0, 1, 0]))],
  [
    'binary: custom sections with names',
    (n) => binary(each(n, (i) => [0, ...u(named(`n${i}`).length), ...named(`n${i}`)])),
  ],
  ['binary: padded numbers', (n) => binary(...withBody(each(n, (i) => [0x41, ...padded(i), 0x1a])))],
  ['binary: padded types', (n) => binary(section(1, u(n), repeated(n, [0x60, ...padded(0), ...padded(0)])))],
  ['binary: groups of no locals', (n) => binary(...withBody([], joined([u(n), repeated(n, [0, 0x7f])])))],
  [
    'binary: groups of one local',
    (n) => binary(...withBody([], joined([u(Math.min(n, 49_000)), repeated(Math.min(n, 49_000), [1, 0x7f])]))),
  ],
  [
    'binary: names of functions',
    (n) =>
      binary(
        ...functions(n),
        custom(
          'name',
          subsection(
            1,
            u(n),
            each(n, (i) => [...u(i), ...named(`f${i}`)]),
          ),
        ),
      ),
  ],
  [
    'binary: one name again and again',
    (n) => binary(...functions(10), custom('name', subsection(1, u(n), repeated(n, [0, ...named('same')])))),
  ],
  [
    'binary: long names',
    (n) =>
      binary(
        ...functions(n),
        custom(
          'name',
          subsection(
            1,
            u(n),
            each(n, (i) => [...u(i), ...named(many(200, 'x'))]),
          ),
        ),
      ),
  ],
  ['binary: subsections of names', (n) => binary(...functions(10), custom('name', repeated(n, [1, 1, 0])))],
  [
    'binary: names of locals',
    (n) =>
      binary(
        ...functions(n),
        custom(
          'name',
          subsection(
            2,
            u(n),
            each(n, (i) => [...u(i), 2, 0, 1, 0x61, 1, 1, 0x62]),
          ),
        ),
      ),
  ],
  [
    'binary: names of labels',
    (n) =>
      binary(
        ...functions(2),
        custom(
          'name',
          subsection(
            3,
            [1, 0],
            u(n),
            each(n, (i) => [...u(i), ...named('l')]),
          ),
        ),
      ),
  ],
  [
    'binary: names of fields',
    (n) =>
      binary(
        section(1, [1, 0x5f, 0]),
        custom(
          'name',
          subsection(
            10,
            [1, 0],
            u(n),
            each(n, (i) => [...u(i), ...named('l')]),
          ),
        ),
      ),
  ],
  ['binary: sections of names', (n) => binary(...functions(10), repeated(n, [...custom('name', [1, 1, 0])]))],
  [
    'binary: hints',
    (n) => {
      const code = each(n, () => [0x41, 0, 0x04, 0x40, 0x0b]);
      return binary(
        section(1, [1, 0x60, 0, 0]),
        section(3, [1, 0]),
        custom(
          'metadata.code.branch_hint',
          [1, 0],
          u(n),
          each(n, (i) => [...u(3 + i * 5), 1, i & 1]),
        ),
        withBody(code)[2],
      );
    },
  ],
  [
    'binary: hints where nothing is',
    (n) =>
      binary(
        section(1, [1, 0x60, 0, 0]),
        section(3, [1, 0]),
        custom(
          'metadata.code.branch_hint',
          u(n),
          each(n, (i) => [...u(i), 1, 1, 1, 0]),
        ),
        withBody([])[2],
      ),
  ],
  [
    'binary: elements of all kinds',
    (n) =>
      binary(
        section(1, [1, 0x60, 0, 0]),
        section(3, [1, 0]),
        section(4, [1, 0x70, 0, 5]),
        section(
          9,
          u(n),
          each(
            n,
            (i) =>
              [
                [0, 0x41, 0, 0x0b, 1, 0],
                [1, 0, 1, 0],
                [2, 0, 0x41, 0, 0x0b, 0, 1, 0],
                [3, 0, 1, 0],
                [4, 0x41, 0, 0x0b, 1, 0xd2, 0, 0x0b],
                [5, 0x70, 1, 0xd0, 0x70, 0x0b],
              ][i % 6],
          ),
        ),
        withBody([])[2],
      ),
  ],
  ['binary: instructions that are unknown', (n) => binary(...withBody(joined([repeated(n, [1]), [0xff]])))],
  ['binary: an endless nesting', (n) => binary(...withBody(repeated(n, [0x02, 0x40])))],
  ['binary: nops', (n) => binary(...withBody(repeated(n, [1])))],
  [
    'binary: random bytes in a body',
    (n) => {
      const draw = random(7);
      return binary(...withBody(each(n, () => [Math.floor(draw() * 256)])));
    },
  ],
  [
    'binary: a long table of branches',
    (n) => binary(...withBody(joined([[0x41, 0, 0x0e], u(n), repeated(n + 1, [0])]))),
  ],
  [
    'binary: data of one byte',
    (n) =>
      binary(
        section(5, [1, 0, 1]),
        section(11, u(Math.min(n, 100_000)), repeated(Math.min(n, 100_000), [0, 0x41, 0, 0x0b, 1, 7])),
      ),
  ],
  ['binary: a section that is cut', (n) => joined([binary(...functions(n)).subarray(0, -1)])],
  ['binary: functions without bodies', (n) => binary(section(1, [1, 0x60, 0, 0]), section(3, u(n), repeated(n, [0])))],
  [
    'binary: imports of one name',
    (n) => binary(section(1, [1, 0x60, 0, 0]), section(2, u(n), repeated(n, [...named(''), ...named(''), 0, 0]))),
  ],
  [
    'binary: exports of one name',
    (n) => binary(...functions(1).slice(0, 2), section(7, u(n), repeated(n, [1, 0x61, 0, 0])), functions(1)[2]),
  ],
];
