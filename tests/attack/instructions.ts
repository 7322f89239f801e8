// Each instruction of the instruction table, with free variants, in a body as long as may be: what a unit of fuel costs
// when such a body is called first, and when it is called again.
import { compile, DEFAULT_FEATURES, FEATURES, instantiate, type Instance, withFeatures } from '../../src/index.ts';
import { encodeModule, parseModule } from '../../src/text/index.ts';
import { INSTRUCTIONS } from '../../src/syntax/instructions.ts';
import { cpu, type Figure, type Part, perUnit, random, type Settings } from './part.ts';
import { HEAD, LOCALS, snippetsOf } from './snippets.ts';

const ALL_FEATURES = withFeatures(
  DEFAULT_FEATURES,
  Object.fromEntries(Object.keys(FEATURES).map((name) => [name, true])),
);

/** Bodies of random snippets. */
const MIXED = 12;

/** All snippets by the names of their cases. */
export function allSnippets(): Map<string, string> {
  const found = new Map<string, string>();
  for (const row of INSTRUCTIONS) {
    snippetsOf(row).forEach((snippet, variant) => {
      const name = variant === 0 ? row.name : `${row.name} #${variant + 1}`;
      if (!found.has(name)) found.set(name, snippet);
    });
  }
  return found;
}

/** The snippet of a case; `mixed N` is fifty of all, drawn by the seed. */
function snippetOf(name: string, seed: number): string {
  const all = allSnippets();
  if (!name.startsWith('mixed ')) return all.get(name) as string;
  const draw = random(seed * 1000 + Number(name.slice(6)));
  const list = [...all.values()];
  return Array.from({ length: 50 }, () => list[Math.floor(draw() * list.length)]).join(' ');
}

/** A module whose function `f` consists of a snippet, again and again, until its body has so many bytes. */
export function moduleOf(snippet: string, size: number): Uint8Array {
  const parse = (times: number) =>
    parseModule(`(module ${HEAD} (func (export "f") ${LOCALS} ${`${snippet} `.repeat(times)}))`);
  const module = parse(1);
  const { funcs } = module;
  const at = funcs.types.length - 1;
  const one = funcs.bytes.subarray(funcs.start[at], funcs.end[at]);
  const twice = parse(2).funcs;
  const two = twice.bytes.subarray(twice.start[at], twice.end[at]);
  // The second is the first with one snippet more; any window of its length that ends where they part is the snippet turned.
  const length = two.length - one.length;
  let same = 0;
  while (same < one.length && one[same] === two[same]) same++;
  const from = Math.max(0, same - length);
  const piece = two.subarray(from, from + length);
  const times = Math.max(1, Math.floor((size - one.length) / length));
  const bytes = new Uint8Array(funcs.start[at] + one.length + times * length);
  bytes.set(funcs.bytes.subarray(0, funcs.start[at] + from));
  let end = funcs.start[at] + from;
  for (let i = 0; i < times; i++, end += length) bytes.set(piece, end);
  bytes.set(one.subarray(from), end);
  const ends = Uint32Array.from(funcs.end);
  ends[at] = bytes.length;
  return encodeModule({ ...module, funcs: { ...funcs, bytes, end: ends } });
}

/** What the modules of HEAD import. */
function imports() {
  const { exports } = instantiate(
    compile(
      encodeModule(
        parseModule(
          '(module (global (export "g") (mut i32) (i32.const 0)) (global (export "v") (mut v128) (v128.const i64x2 0 0)))',
        ),
      ),
    ),
  );
  return { h: { f: () => undefined, g: exports['g'], v: exports['v'] } };
}

/** Runs `f` with so much fuel: milliseconds of CPU time, units that were used, how it ended. */
export function runWith(instance: Instance, fuel: number): { ms: number; used: number; ended: string } {
  const before = cpu();
  const execution = instance.begin('f');
  execution.fuel = fuel;
  let ended: string;
  try {
    ended = execution.step();
  } catch (error) {
    ended = String(error).slice(0, 100);
  }
  const ms = cpu() - before;
  return { ms, used: fuel - execution.fuel, ended: ended === 'done' ? '' : ended };
}

const ENOUGH = 1e9;

/** Whether something has run in this process. */
let isReady = false;

function measure(name: string, settings: Settings): Figure[] {
  // The first instruction that runs is not to pay for what the engine itself needs once.
  if (!isReady) runWith(instantiate(compile(moduleOf('nop', 1000), { features: ALL_FEATURES }), imports()), ENOUGH);
  isReady = true;
  const bytes = moduleOf(snippetOf(name, settings.seed), settings.short ? 20_000 : 1_000_000);
  const instance = instantiate(compile(bytes, { features: ALL_FEATURES }), imports());
  const first = runWith(instance, ENOUGH);
  let warm = runWith(instance, ENOUGH);
  let one = runWith(instance, 1);
  for (let i = 0; i < (settings.short ? 1 : 2); i++) {
    const again = runWith(instance, ENOUGH);
    if (again.ms < warm.ms) warm = again;
    const oneAgain = runWith(instance, 1);
    if (oneAgain.ms < one.ms) one = oneAgain;
  }
  return [
    perUnit('first call', first.ms, first.used, first.ended),
    perUnit('warm', warm.ms, warm.used, warm.ended),
    perUnit('fuel 1', one.ms, one.used, one.ended),
  ];
}

export const INSTRUCTIONS_PART: Part = {
  cases: ({ short }) => {
    const names = [...allSnippets().keys()];
    const mixed = Array.from({ length: short ? 2 : MIXED }, (_, i) => `mixed ${i + 1}`);
    return [...(short ? names.filter((_, i) => i % 24 === 0) : names), ...mixed];
  },
  measure,
};
