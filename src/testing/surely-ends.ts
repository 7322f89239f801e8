// Whether a generated module ends whatever it is called with, also after it was made smaller: each way back to the
// beginning of a loop, and each circle of calls, has to use up fuel as generated code does. Says no where it does not know.
import { moduleBytes } from '../options.ts';
import { branchesOf } from '../decoder/branches.ts';
import { decodeModule } from '../decoder/decode.ts';
import type { Expr, Module } from '../syntax/module.ts';
import { type Instruction, codeOf, exprOf, instructionsOf, read } from './code.ts';
import { FUEL, fuelFunction, fuelPrologue } from './fuel.ts';
import { bodyAt, importsOf } from './leave-out.ts';

/** A block around an instruction: whether it is a loop, and whether whoever is in it has used up fuel. */
interface Frame {
  readonly isLoop: boolean;
  spent: boolean;
}

/** What is needed of a function. */
interface Calls {
  /** It goes back to the beginning of a loop only after it used up fuel, and does not give itself any. */
  readonly endsLoops: boolean;
  /** It uses up fuel first of all. */
  readonly spends: boolean;
  readonly callees: readonly number[];
  readonly isIndirect: boolean;
  /** Functions that it names as values. */
  readonly names: readonly number[];
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Labels that control may go to from an instruction, also by an exception. */
function labelsOf(one: Instruction): readonly number[] {
  const cursor = read(one);
  return [...branchesOf(cursor), ...cursor.catches.map(({ label }) => label)];
}

/** Whether an instruction that goes back to loops is only reached, or only does so, with fuel. */
function endsLoops(list: readonly Instruction[], isFuel: (one: Instruction | undefined) => boolean): boolean {
  const frames: Frame[] = [{ isLoop: false, spent: false }];
  return list.every((one, i) => {
    const { code, nests } = one.row;
    const before = list[i - 1]?.row.code === 0x71 ? list[i - 2] : list[i - 1];
    const isPaid = code === 0x0d && isFuel(before);
    const isEnding = labelsOf(one).every((label) => {
      const inner = frames.slice(frames.length - 1 - label);
      return isPaid || !inner[0]?.isLoop || inner.some(({ spent }) => spent);
    });
    if (nests === 'opens') {
      frames.push({ isLoop: code === 0x03, spent: code === 0x04 && isFuel(list[i - 1]) });
    } else if (code === 0x05) frames[frames.length - 1].spent = false;
    else if (nests === 'closes') frames.pop();
    return isEnding;
  });
}

/** So many instructions are those that use up fuel first of all. */
const PROLOGUE = 9;

function callsOf(
  list: readonly Instruction[],
  global: number,
  isFuel: (one: Instruction | undefined) => boolean,
): Calls {
  const spends = equal(exprOf(list.slice(0, PROLOGUE)).bytes, fuelPrologue(global));
  const rest = spends ? list.slice(PROLOGUE) : list;
  const sets = rest.some(({ row, index }) => row.code === 0x24 && index === global);
  return {
    endsLoops: !sets && endsLoops(rest, isFuel),
    spends,
    callees: rest.flatMap(({ row, index }) => (row.code === 0x10 || row.code === 0x12 ? [index] : [])),
    isIndirect: rest.some(({ row }) => /call_(indirect|ref)$/.test(row.name)),
    names: namesOf(list),
  };
}

/** Functions that are named as values, so that they may be called indirectly. */
const namesOf = (list: readonly Instruction[]): number[] =>
  list.flatMap(({ row, index }) => (row.code === 0xd2 ? [index] : []));

function namesOutside({ elems, globals, tables }: Module): number[] {
  const exprs: (Expr | undefined)[] = [
    ...elems.flatMap((one) => one.exprs ?? []),
    ...globals.map(({ init }) => init),
    ...tables.map(({ init }) => init),
  ];
  return [
    ...elems.flatMap(({ funcs }) => [...(funcs ?? [])]),
    ...exprs.flatMap((one) => (one === undefined ? [] : namesOf(instructionsOf(one)))),
  ];
}

/** Whether functions that do not use up fuel call each other in no circle: the innermost are left out again and again. */
function hasNoCircle(unpaid: ReadonlyMap<number, readonly number[]>): boolean {
  const left = new Map(unpaid);
  for (let size = -1; size !== left.size; ) {
    size = left.size;
    for (const [index, callees] of left) if (!callees.some((one) => left.has(one))) left.delete(index);
  }
  return left.size === 0;
}

/**
 * Whether a generated module ends for sure, or one that was made of it. A module that is found small by `minimize` may have
 * lost what ended its loops: engines that cannot be interrupted should not run it then.
 */
export function surelyEnds(bytes: Uint8Array): boolean {
  moduleBytes('surelyEnds', bytes);
  const module = decodeModule(bytes);
  const imported = importsOf(module, 'func');
  const global = module.exports.find(({ name, kind }) => name === FUEL && kind === 'global')?.index ?? -1;
  const lists = Array.from(module.funcs.types, (_, i) => codeOf(bodyAt(module.funcs, i)).instructions);
  const counter = fuelFunction(global);
  const isCounter = lists.map((_, i) => {
    const { bytes: all, start, end } = module.funcs;
    return global >= 0 && equal(all.subarray(start[i], end[i]), counter);
  });
  const isFuel = (one: Instruction | undefined): boolean => one?.row.code === 0x10 && isCounter[one.index - imported];
  const functions = lists.map((list) => callsOf(list, global, isFuel));
  const named = new Set([...namesOutside(module), ...functions.flatMap(({ names }) => names)]);
  const unpaid = new Map<number, readonly number[]>();
  for (const [i, { endsLoops: isEnding, spends, callees, isIndirect }] of functions.entries()) {
    if (isCounter[i]) continue;
    if (!isEnding) return false;
    if (!spends) unpaid.set(imported + i, isIndirect ? [...callees, ...named] : callees);
  }
  return hasNoCircle(unpaid);
}
