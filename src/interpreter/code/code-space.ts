// Hands out room in the code array, and knows which function a pc belongs to.
// When the array is full, all code is dropped at once and a new generation begins: functions are lowered again when they
// are called. Lowering is deterministic, so a pc of an old generation is found again by its distance from the entry.
import { InternalError } from '../../errors.ts';
import type { CodeUnit } from '../../runtime/code-unit.ts';
import { CROSS_RETURN_PC, findFunction, type Generation } from '../../runtime/thread.ts';
import { opNumber } from '../../lowering/op-table.ts';
import { HEADER_WORDS } from '../../lowering/emit.ts';
import { CODE, CODE_WORDS } from '../state/stack.ts';

export { CROSS_RETURN_PC, findFunction, type Generation } from '../../runtime/thread.ts';

/** Addresses of ops that belong to no function. */
const NOWHERE_PC = 0;
export const EXIT_PC = 1;
/** Functions are placed from here on. */
export const FIRST_FREE = 16;

CODE[EXIT_PC] = opNumber('exit') as number;
CODE[CROSS_RETURN_PC] = opNumber('cross.return') as number;

CODE[NOWHERE_PC] = opNumber('unreachable') as number;

let generation: Generation = { starts: [], indices: [] };
let top = FIRST_FREE;

export function currentGeneration(): Generation {
  return generation;
}

/** Is there room for `words` more? */
export function hasRoom(words: number): boolean {
  return top + words <= CODE_WORDS;
}

/** Places a function's code (header first); returns its entry. `code` holds branch targets relative to the entry. */
export function place(unit: CodeUnit, index: number, code: Int32Array, targets: Int32Array): number {
  const entry = top + HEADER_WORDS;
  CODE.set(code, top);
  for (let i = 0; i < targets.length; i++) CODE[top + targets[i]] += entry;
  generation.starts.push(entry);
  generation.indices.push(index);
  unit.entries[index] = entry;
  top += code.length;
  return entry;
}

/** Sees to it that a unit whose code runs next has no entries of code that was dropped. */
export function freshen(unit: CodeUnit): void {
  if (unit.generation !== generation) renew(unit);
}

function renew(unit: CodeUnit): void {
  unit.generation = generation;
  unit.entries.fill(0);
  unit.lowered.fill(0);
}

/** The entry of a function of a unit; 0 where it has no code. */
export function freshEntry(unit: CodeUnit, index: number): number {
  freshen(unit);
  return unit.entries[index];
}

/** Drops all code. Old pcs can be looked up in the generation that this returns. */
export function dropCode(): Generation {
  const old = generation;
  generation = { starts: [], indices: [] };
  top = FIRST_FREE;
  return old;
}

/** The words of the frame of the function at a pc. */
export function frameWords(pc: number): number {
  const found = findFunction(generation, pc);
  if (found < 0) throw new InternalError(`no function at pc ${pc}`);
  return CODE[generation.starts[found] - HEADER_WORDS];
}
