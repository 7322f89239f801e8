// The table of ops may be without any op that does more than one instruction, or one on an immediate: lowering falls back to
// others then. Each is taken out, one after the other; programs that used it are lowered and run without it.
import { createHash } from 'node:crypto';
import { runInThisContext } from 'node:vm';
import esbuild from 'esbuild';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { encodeModule } from '../../src/encoder/encode.ts';
import { OPS } from '../../src/lowering/op-table.ts';
import { rowsNamed } from '../../src/syntax/instructions.ts';
import { parseModule } from '../../src/text/parser.ts';
import { projectRoot } from '../data.ts';
import { CALLS, FUNCTIONS, FUSED_MODULE, PATTERNS } from './fused-programs.ts';
import { emitModule, genomes } from './genome.ts';

/** Ops that lowering cannot do without, beside those that are one instruction on slots. */
const NEEDED = new Set(
  `const32 const64 copy32 copy64 copy128 copyref nullref select32 select64 select128 selectref
  global.get32 global.set32 global.get64 global.set64 global.getref
  call.lazy call.import call.indirect tail.call tail.call.lazy tail.call.import tail.call.indirect return32 return64
  object out unary binary ternary access wait32 wait64
  charge refs.enter exit cross.return unpaid probe far.get far.set far.getref far.setref`.split(/\s+/),
);

const REMOVABLE = OPS.filter(({ name }) => !NEEDED.has(name) && rowsNamed(name).length === 0).map(({ name }) => name);

const ENTRY = `
export { compile, instantiate } from './src/index.ts';
export { useLoop } from './src/closures.ts';
export { invokeBits } from './src/interpreter/threads/invoke.ts';
export { lowerFunction } from './src/lowering/lower.ts';
export { disassemble } from './src/lowering/disassemble.ts';`;

interface Engine {
  readonly compile: typeof import('../../src/index.ts').compile;
  readonly instantiate: typeof import('../../src/index.ts').instantiate;
  readonly useLoop: typeof import('../../src/closures.ts').useLoop;
  readonly invokeBits: typeof import('../../src/interpreter/threads/invoke.ts').invokeBits;
  readonly lowerFunction: typeof import('../../src/lowering/lower.ts').lowerFunction;
  readonly disassemble: typeof import('../../src/lowering/disassemble.ts').disassemble;
}

const LIST = '"the list of ops"';
let engineOf: (list: string) => Engine;

beforeAll(async () => {
  const result = await esbuild.build({
    stdin: { contents: ENTRY, resolveDir: projectRoot, loader: 'ts' },
    absWorkingDir: projectRoot,
    bundle: true,
    format: 'iife',
    globalName: 'engine',
    write: false,
    plugins: [
      {
        name: 'list of ops',
        setup: (build) =>
          build.onLoad({ filter: /op-list\.ts$/ }, () => ({ contents: `export const OP_LIST = ${LIST};` })),
      },
    ],
  });
  const [before, after] = result.outputFiles[0].text.split(LIST);
  engineOf = runInThisContext(`(list) => { ${before}list${after}; return engine; }`);
});

/** An engine of its own, whose table of ops is without some. Numbers of ops stay, so that the loops know them. */
function engineWithout(names: ReadonlySet<string>): Engine {
  const lines = OPS.map(({ name, operands, pattern }, number) => {
    if (names.has(name)) return `gone${number} ${operands || '-'}`;
    return `${name} ${operands || '-'}${pattern === undefined ? '' : `|${pattern}`}`;
  });
  return engineOf(lines.join('\n'));
}

interface Program {
  readonly bytes: Uint8Array;
  /** By export: the ops of its function. */
  readonly ops: ReadonlyMap<string, ReadonlySet<string>>;
  readonly calls: readonly (readonly (bigint | null)[])[];
}

function opsOf(engine: Engine, valid: ReturnType<Engine['compile']>, index: number): Set<string> {
  const lines = engine.disassemble(engine.lowerFunction(valid, index));
  return new Set(lines.slice(1).map((line) => line.split(' ')[1]));
}

function program(engine: Engine, text: string, names: readonly string[], calls: Program['calls']): Program {
  const bytes = encodeModule(parseModule(text));
  const valid = engine.compile(bytes);
  const { exports } = valid.module;
  const ops = names.map((name) => {
    const found = exports.find((one) => one.name === name);
    return [name, opsOf(engine, valid, found?.index ?? -1)] as const;
  });
  return { bytes, ops: new Map(ops), calls };
}

/** What calls of some exports give: results or the message of the trap, and memory and global in the end. */
function run(engine: Engine, { bytes, calls }: Program, names: readonly string[]): string[] {
  const valid = engine.compile(bytes);
  return names.flatMap((name) => {
    const instance = engine.instantiate(valid);
    const ends = calls.map((args) => {
      try {
        return engine.invokeBits(instance.func(name), args).join(' ');
      } catch (error) {
        if ((error as Error).constructor.name === 'InternalError') throw error;
        return String(error);
      }
    });
    const { m, g } = instance.exports as unknown as { m: { bytes: Uint8Array }; g?: { value: unknown } };
    return [...ends, `${createHash('sha1').update(m.bytes).digest('hex')} ${g?.value}`].map((end) => `${name}: ${end}`);
  });
}

const NAMES = FUNCTIONS.map((_, i) => String(i));
const ARGUMENTS = [
  [0n, 0n, 0n, 0n],
  [0xffff8001n, 0x8000000000000001n, 0x3fc00000n, 0x41dfffffffe00000n],
];

test.each(['switch', 'closures'] as const)('without any op that can be missing programs give the same: %s', (loop) => {
  const [whole, bare] = [new Set<string>(), new Set(REMOVABLE)].map(engineWithout);
  const fused = program(whole, FUSED_MODULE, NAMES, CALLS);
  const random = fc.sample(fc.array(genomes(5), { minLength: 1, maxLength: 3 }), { numRuns: 30, seed: 24 });
  const programs = [fused, ...random.map((genes) => program(whole, emitModule(genes), ['main'], ARGUMENTS))];
  for (const engine of [whole, bare]) engine.useLoop(loop);
  for (const one of programs) {
    const names = [...one.ops.keys()];
    expect(run(bare, one, names)).toEqual(run(whole, one, names));
  }
  // Each of them is used by one of the functions that are run: so each is missed.
  const used = new Set(programs.flatMap(({ ops }) => [...ops.values()].flatMap((list) => [...list])));
  expect(REMOVABLE.filter((name) => !used.has(name))).toEqual([]);
});

test(`without any one of the ${REMOVABLE.length} ops that can be missing programs give the same`, () => {
  const whole = engineWithout(new Set());
  const fused = program(whole, FUSED_MODULE, NAMES, CALLS);
  const expected = new Map(NAMES.map((name) => [name, run(whole, fused, [name])]));
  for (const name of REMOVABLE) {
    const engine = engineWithout(new Set([name]));
    const names = NAMES.filter((one) => fused.ops.get(one)?.has(name)).slice(0, 12);
    expect(names.length, `functions with ${name}`).toBeGreaterThan(0);
    expect([name, ...run(engine, fused, names)]).toEqual([name, ...names.flatMap((one) => expected.get(one))]);
  }
}, 120_000);

test('the tree of a pattern becomes the op that it is the pattern of', () => {
  const { ops } = program(engineWithout(new Set()), FUSED_MODULE, NAMES, []);
  const others = [...PATTERNS.keys()].filter((name, i) => !ops.get(String(i))?.has(name));
  expect(others).toEqual([]);
});
