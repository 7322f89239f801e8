// A plugin host: 50 hostile guests side by side, each under limits, fuel and a deadline of its own, beside one that must be
// answered every 20 ms. Run it: node examples/plugin-host/host.mjs
import { compile, instantiateAsync, Interrupted, Limits } from 'wasmi-ts';
import { assemble } from 'wasmi-ts/text';

/** What a guest may do: 64 pages of memory, tables of 10,000 elements, so much work, and a second of time. */
const allowed = () => ({
  limits: new Limits({ memoryBytes: 64 * 65536, tableElements: 10_000 }),
  fuel: 50_000_000,
  deadline: Date.now() + 1_000,
});

/** Ways to take what was not given: fields of a module, and what it does. */
const HOSTILE = {
  'never ends': ['', '(loop $again (br $again))'],
  'fills its memory again and again': [
    '(memory 64)',
    '(loop $again (memory.fill (i32.const 0) (i32.const 7) (i32.const 4194304)) (br $again))',
  ],
  'wants all the memory there is': ['(memory 1)', '(loop $again (drop (memory.grow (i32.const 1))) (br $again))'],
  'begins with too much memory': ['(memory 65)', ''],
  'begins with tables that are too large': ['(table 5000 funcref) (table 5001 funcref)', ''],
  'lets a table grow': [
    '(table 1 funcref)',
    '(loop $again (drop (table.grow (ref.null func) (i32.const 1000))) (br $again))',
  ],
  'makes large objects': [
    '(type $t (array (mut i64)))',
    '(loop $again (drop (array.new_default $t (i32.const 10000))) (br $again))',
  ],
  'calls itself for ever': ['', '(call $run)'],
  'keeps the host busy by asking': ['', '(loop $again (call $ask) (br $again))'],
  'waits for what never comes': ['', '(call $wait)'],
  traps: ['', '(unreachable)'],
};

function guest([fields, body]) {
  const imports = '(import "host" "ask" (func $ask)) (import "host" "wait" (func $wait))';
  return compile(assemble(`(module ${imports} ${fields} (func $run (export "run") ${body}))`));
}

const host = { ask: () => {}, wait: () => new Promise(() => {}) };

/** Runs a guest to its end, which is never the end of anybody else: how it ended, in a word. */
async function run(module) {
  const { limits, fuel, deadline } = allowed();
  try {
    const instance = await instantiateAsync(module, { host }, { limits, fuel, deadline });
    await instance.callAsync('run', [], { fuel, deadline });
    return 'done';
  } catch (error) {
    return error instanceof Interrupted ? error.reason : (error.resource ?? error.kind ?? String(error));
  }
}

/** The guest that is to be answered: it counts how often it was. */
const counter = await instantiateAsync(
  compile(assemble(`(module (global $n (mut i32) (i32.const 0))
    (func (export "tick") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))`)),
);
const gaps = [];
let last = performance.now();
let answers = 0;
const timer = setInterval(() => {
  answers = counter.call('tick');
  const now = performance.now();
  gaps.push(now - last);
  last = now;
}, 20);

const names = Object.keys(HOSTILE);
const modules = Object.values(HOSTILE).map(guest);
const ends = await Promise.all(Array.from({ length: 50 }, (_, i) => run(modules[i % modules.length])));
clearInterval(timer);

names.forEach((name, i) => {
  console.log(`${name}: ${[...new Set(ends.filter((_, at) => at % names.length === i))].join(', ')}`);
});
gaps.sort((a, b) => a - b);
const at = (part) => Math.round(gaps[Math.floor(part * (gaps.length - 1))]);
console.log(`answered ${answers} times; gaps: half below ${at(0.5)} ms, 9 of 10 below ${at(0.9)} ms, longest ${at(1)} ms`);
