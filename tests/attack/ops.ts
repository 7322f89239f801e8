// Each op of the op table by itself, and each instruction behind those that name one (`unary`, `out` and so on): copies of
// it are written into the code array and run by the loop. No unit of fuel pays for more than 256 instructions, each of
// which is an op or less, so that no op may take longer than a 256th of a unit.
import { compile, instantiate } from '../../src/index.ts';
import type { ModuleInstance } from '../../src/runtime/instance.ts';
import { dropCode } from '../../src/interpreter/code/code-space.ts';
import { loop } from '../../src/interpreter/loops/chosen.ts';
import { CODE, REFERENCES, SLOTS, STATE } from '../../src/interpreter/state/stack.ts';
import * as outNames from '../../src/lowering/out-names.ts';
import * as operations from '../../src/trees/operations.ts';
import { isSlot, OPS, opNumber, opSize } from '../../src/lowering/op-table.ts';
import { REASON } from '../../src/runtime/reasons.ts';
import { assemble } from '../../src/text/index.ts';
import { BOUNDS, cpu, type Figure, type Part, type Settings } from './part.ts';

/** Where the copies stand: far above what the engine lowers here. */
const AT = 2_000_000;

/** Those that leave the loop, or need what stands around them. */
const LEAVES = /^(call|return|tail|wait|throw|refs\.enter|unreachable|exit|cross|unpaid|probe|memory\.grow|far)/;

const NAMES: Readonly<Record<string, readonly string[]>> = {
  unary: outNames.UNARY_NAMES,
  binary: outNames.BINARY_NAMES,
  ternary: outNames.TERNARY_NAMES,
  access: outNames.ACCESS_NAMES,
  object: operations.OBJECT_NAMES,
  out: operations.OUT_NAMES,
};

/** Slots by letters of operands. */
const SLOT_OF = new Map([...'abcdeABCDE'].map((letter) => [letter, 'abcde'.indexOf(letter.toLowerCase()) * 4]));

/** Indices of types in the module below. */
const [STRUCT_TYPE, ARRAY_TYPE] = [0, 1];

/** An instance in whose name the ops run, with something for each of them to find, and objects of its types. */
interface Stage {
  readonly instance: ModuleInstance;
  readonly struct: unknown;
  readonly array: unknown;
}

function makeStage(): Stage {
  const instance = instantiate(
    compile(
      assemble(`(module (type $s (struct (field (mut i64)) (field (mut i64)))) (type $a (array (mut i32)))
          (memory 2) (memory 2) (table 200 funcref) (table 200 funcref) (global (mut v128) (v128.const i64x2 1 1))
          (elem func $f) (data "xxxx") (elem declare func $f) (func $f (export "f"))
          (func (export "struct") (result anyref) (struct.new_default $s))
          (func (export "array") (result anyref) (array.new_default $a (i32.const 64))))`),
    ),
  );
  while (REFERENCES.length < 4000) REFERENCES.push(null);
  const inner = instance.func('f').instance as ModuleInstance;
  return { instance: inner, struct: instance.call('struct'), array: instance.call('array') };
}

/** The words of slots: the op's number and the first slot, then two slots a word. */
function slotWords(number: number, operands: string): number[] {
  // S is told by the number of a word, F and R by that of a slot, which is two words.
  const slots = [...operands].filter(isSlot).map((one) => (SLOT_OF.get(one) as number) * (one < 'a' ? 1 : 2));
  const halves = [number, ...slots];
  if (halves.length % 2 === 1) halves.push(0);
  return Array.from({ length: halves.length / 2 }, (_, i) => halves[2 * i] | (halves[2 * i + 1] << 16));
}

/** Writes copies of an op, and an exit behind them; `which` is the instruction behind it. */
function writeCopies(number: number, label: string, which: number | undefined, copies: number): void {
  const { name, operands } = OPS[number];
  const slots = slotWords(number, operands);
  const rest = [...operands].filter((letter) => !isSlot(letter));
  const size = opSize(OPS[number]) + (name === 'br_table' ? 1 : 0);
  const type = label.includes('array') ? ARRAY_TYPE : label.includes('struct') ? STRUCT_TYPE : 0;
  for (let copy = 0; copy < copies; copy++) {
    let at = AT + copy * size;
    const next = at + size;
    for (const word of slots) CODE[at++] = word;
    for (const letter of rest) {
      CODE[at++] = letter === 't' ? next : letter === 'k' && which !== undefined ? which : letter === 'l' ? type : 0;
    }
    if (name === 'br_table') CODE[at++] = next;
    if (at !== next) throw new Error(`${name} has ${size} words, and ${at - next} more were written`);
  }
  CODE[AT + copies * size] = opNumber('exit') as number;
}

/** Puts operands where the ops look for them. */
function setOperands(label: string, { struct, array }: Stage): void {
  const zero = /load|store|access|out/.test(label);
  SLOTS.fill(0, 0, 200);
  for (const slot of [0, 4, 8]) {
    SLOTS[2 * slot] = zero ? 0 : 1;
    SLOTS[2 * slot + 1] = zero ? 0 : 0x3ff00000;
    REFERENCES[slot] = /array/.test(label) ? array : /i31/.test(label) ? 1 : struct;
  }
  REFERENCES[1] = null;
  REFERENCES[2] = /array/.test(label) ? array : null;
}

const FUEL = 2_000_000_000;

/** Runs the copies once: milliseconds of CPU time, units of fuel, and why they ended where they did not come to the end. */
function runCopies(label: string, stage: Stage): { ms: number; units: number; early: string } {
  setOperands(label, stage);
  const before = cpu();
  let early = '';
  try {
    const reason = loop.run(stage.instance, AT, 0, 2, FUEL);
    if (reason !== REASON.done) early = `left for reason ${reason}`;
  } catch (error) {
    early = String(error).slice(0, 80);
  }
  return { ms: cpu() - before, units: FUEL - STATE[3], early };
}

/** Ops, and instructions behind ops, by the names of their cases. */
function allOps(): Map<string, readonly [number: number, which: number | undefined]> {
  const found = new Map<string, readonly [number, number | undefined]>();
  OPS.forEach(({ name }, number) => {
    if (LEAVES.test(name)) return;
    const behind = NAMES[name];
    if (behind === undefined) found.set(name, [number, undefined]);
    else {
      behind.forEach((one, which) => {
        if (!one.includes('wait')) found.set(`${name} ${one}`, [number, which]);
      });
    }
  });
  return found;
}

let stage: Stage | undefined;

/** One where an op has run: the first is not to pay for what the loop itself needs once. */
function readyStage(): Stage {
  const ready = makeStage();
  writeCopies(opNumber('copy32') as number, 'copy32', undefined, 1000);
  runCopies('copy32', ready);
  return ready;
}

function measure(label: string, { short, loop: used }: Settings): Figure[] {
  stage ??= readyStage();
  const [number, which] = allOps().get(label) as readonly [number, number | undefined];
  const copies = short ? 5_000 : 30_000;
  // The loop of closures keeps what it has made of code until all code is dropped.
  dropCode();
  writeCopies(number, label, which, copies);
  const cold = runCopies(label, stage);
  let warm = runCopies(label, stage);
  for (let i = 0; i < 2; i++) {
    const again = runCopies(label, stage);
    if (again.ms < warm.ms) warm = again;
  }
  // What closures are made of code is paid for as lowering is: by bytes, of which an instruction has two, but for few.
  const made = used === 'closures' ? (2 * copies) / BYTES_OF_A_UNIT : 0;
  return [figure('cold', { ...cold, units: cold.units + made }, copies), figure('warm', warm, copies)];
}

function figure(what: string, { ms, units, early }: ReturnType<typeof runCopies>, copies: number): Figure {
  if (early !== '') return { what, value: 0, unit: 'ms/unit', bound: BOUNDS.unit, note: `not measured: ${early}` };
  const nanoseconds = `${((ms * 1e6) / copies).toFixed(0)} ns each`;
  const value = ms / (units + copies / INSTRUCTIONS_OF_A_UNIT);
  return { what, value, unit: 'ms/unit', bound: BOUNDS.unit, note: nanoseconds };
}

/** Instructions without branches that one unit pays for. */
const INSTRUCTIONS_OF_A_UNIT = 256;
/** Bytes of a body whose lowering one unit pays for. */
const BYTES_OF_A_UNIT = 64;

export const OPS_PART: Part = {
  cases: ({ short }) => [...allOps().keys()].filter((_, i) => !short || i % 20 === 0),
  measure,
};
