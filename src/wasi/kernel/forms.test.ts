// One name with functions of several types: an import takes the one of its type.
import { describe, expect, it } from 'vitest';
import { LinkError } from '../../errors.ts';
import { compile, instantiate } from '../../index.ts';
import ours from '../../jsapi/index.ts';
import { assemble } from '../../text/index.ts';
import { native } from '../../../tests/native.ts';
import { seededRandom, VirtualClock } from '../hosts/memory.ts';
import { Guests } from './guest.ts';
import { importsOf, interfaceOf, joined } from './interface.ts';
import { Callers } from './guest-thread.ts';
import { Process } from './process.ts';
import { PREVIEW_RULES } from './rules.ts';
import { type CallsOf, declarationsOf } from './table.ts';

const OLD = { measure: 'a:size', only_old: '' } as const;
const NEW = { measure: 'a:size b:size', only_new: '' } as const;
const WIDE = { measure: 'a:size b:size c:filesize' } as const;

function made() {
  const process = new Process({ args: [], env: {}, clock: new VirtualClock(), random: seededRandom(1) });
  const options = { mode: 'sync', guests: new Guests(), callers: new Callers(process), rules: PREVIEW_RULES } as const;
  const called: string[] = [];
  const part = <T extends Readonly<Record<string, string>>>(table: T, calls: CallsOf<T>) =>
    interfaceOf(
      {
        declared: declarationsOf(table),
        calls: calls as never,
        prices: {},
        texts: {
          value: (_type: string, value: number | bigint) => String(value),
          sending: [],
          arguments: {},
          results: {},
        },
      },
      options,
      undefined,
    );
  const say =
    (who: string) =>
    (_call: unknown, ...args: (number | bigint)[]): void => {
      called.push(`${who} ${args.join(' ')}`.trim());
    };
  const old = part(OLD, { measure: (call, a) => say('old')(call, a), only_old: (call) => say('only old')(call) });
  const young = part(NEW, {
    measure: (call, a, b) => say('new')(call, a, b),
    only_new: (call) => say('only new')(call),
  });
  const wide = part(WIDE, { measure: (call, a, b, c) => say('wide')(call, a, b, c) });
  const all = joined([old, joined([young, wide])]);
  const hinted = { ...all, only_old: { ...all['only_old'], hint: () => ' (it is of another system)' } } as typeof all;
  return { called, imports: { m: importsOf(hinted) } };
}

/** A module that imports `measure` with some parameters, and calls it with 1, 2, ... */
const caller = (name: string, params: readonly string[], result = '(result i32)'): Uint8Array =>
  assemble(`(module
    (import "m" "${name}" (func $f ${params.map((type) => `(param ${type})`).join(' ')} ${result}))
    (func (export "run") ${result} (call $f ${params.map((type, i) => `(${type}.const ${i + 1})`).join(' ')})))`);

const ENGINES: [string, (bytes: Uint8Array, imports: object) => unknown][] = [
  ['this engine', (bytes, imports) => instantiate(compile(bytes), imports as never).call('run')],
  [
    'our namespace',
    (bytes, imports) => {
      const { exports } = new ours.Instance(new ours.Module(bytes), imports as never);
      return (exports as { run(): unknown }).run();
    },
  ],
  [
    "the host's WebAssembly",
    (bytes, imports) => {
      const { exports } = new native.Instance(new native.Module(bytes as never), imports as never);
      return (exports as unknown as { run(): unknown }).run();
    },
  ],
];

describe.each(ENGINES)('an import of a name with several types, in %s', (_title, run) => {
  it('takes the function of its type, whether the name is in one interface or in several', () => {
    const { called, imports } = made();
    const shapes: [string, string[]][] = [
      ['measure', ['i32', 'i32']],
      ['measure', ['i32']],
      ['measure', ['i32', 'i32', 'i64']],
      ['only_old', []],
      ['only_new', []],
    ];
    for (const [name, params] of shapes) expect(run(caller(name, params), imports)).toBe(0);
    expect(called).toEqual(['new 1 2', 'old 1', 'wide 1 2 3', 'only old', 'only new']);
  });
});

describe('an import of a type that no function of the name has', () => {
  it('is a LinkError that names all types there are, and what else is known of it', () => {
    const { called, imports } = made();
    const link = (bytes: Uint8Array) => () => instantiate(compile(bytes), imports as never);
    expect(link(caller('measure', ['i64']))).toThrow(LinkError);
    expect(link(caller('measure', ['i64']))).toThrow(
      'incompatible import type: "m" "measure" is a function [i32] -> [i32] or [i32 i32] -> [i32] or ' +
        '[i32 i32 i64] -> [i32], imported as [i64] -> [i32]',
    );
    expect(link(caller('measure', ['i32'], ''))).toThrow('imported as [i32] -> []');
    expect(link(caller('only_old', ['i32']))).toThrow('imported as [i32] -> [i32] (it is of another system)');
    expect(link(caller('only_new', ['i32']))).toThrow(LinkError);
    expect(called).toEqual([]);
  });

  it('is a LinkError of our namespace, too', () => {
    const { imports } = made();
    const link = (bytes: Uint8Array) => () => new ours.Instance(new ours.Module(bytes), imports as never);
    expect(link(caller('measure', ['i64']))).toThrow(ours.LinkError);
    expect(link(caller('measure', ['i64']))).toThrow('[i32 i32] -> [i32] or [i32 i32 i64] -> [i32], imported as [i64]');
  });

  it('is INVAL for engines that link without types', () => {
    const { imports } = made();
    expect(imports.m['measure']?.(1n)).toBe(28);
    expect(imports.m['measure']?.(1, 2, 3)).toBe(28);
    expect([imports.m['measure']?.length, imports.m['measure']?.name]).toEqual([1, 'measure']);
  });
});
