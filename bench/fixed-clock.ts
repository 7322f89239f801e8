// Gives a module that reads a clock a clock of its own: CoreMark sizes its last run by how long the first ones took, and
// every engine has to do the same work. The import env.clock_ms becomes a function inside the module that answers
// 0, 0, 0, 1000, 0, 11000, ...: CoreMark then runs 1, 10 and 1,100 iterations and answers the score 100.
// It knows this one shape of module: one import, which is a function.

import { readU32, s32, u32 } from './leb.ts';

/** The answers, by the number of the call; then from the start again. */
const ANSWERS = [0, 0, 0, 1000, 0, 11000];
/** Iterations that CoreMark runs with these answers. */
export const COREMARK_ITERATIONS = 1 + 10 + 1100;

/** Contents by id. */
type Sections = Map<number, readonly number[]>;

const IMPORT_SECTION = 2;
const FUNCTION_SECTION = 3;
const GLOBAL_SECTION = 6;
const CODE_SECTION = 10;

/** `bytes` is a module whose only import is the function env.clock_ms of type [] -> [i32] */
export function withFixedClock(bytes: Uint8Array): Uint8Array {
  const sections = readSections(bytes);
  const imports = sections.get(IMPORT_SECTION);
  const name = '\x03env\x08clock_ms\x00';
  if (imports === undefined || imports[0] !== 1 || String.fromCharCode(...imports.slice(1, 15)) !== name) {
    throw new Error('not a module whose only import is env.clock_ms');
  }
  const type = imports.slice(15);
  sections.delete(IMPORT_SECTION);
  const globals = readU32(sections.get(GLOBAL_SECTION) ?? [0], 0).value;
  prepend(sections, FUNCTION_SECTION, type);
  append(sections, GLOBAL_SECTION, [0x7f, 1, 0x41, 0, 0x0b]); // (mut i32) (i32.const 0)
  const body = clockBody(globals);
  prepend(sections, CODE_SECTION, [...u32(body.length), ...body]);
  const out = [...bytes.slice(0, 8)];
  for (const id of [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11]) {
    const content = sections.get(id);
    if (content !== undefined)
      for (const part of [[id], u32(content.length), content]) for (const b of part) out.push(b);
  }
  return new Uint8Array(out);
}

/** count = count % 6 + 1; then the answer by nested selects on count. */
function clockBody(global: number): number[] {
  const g = u32(global);
  // global.get, i32.const, i32.rem_u, i32.const, i32.add, global.set
  const code = [0x23, ...g, 0x41, ANSWERS.length, 0x70, 0x41, 1, 0x6a, 0x24, ...g];
  code.push(0x41, ...s32(ANSWERS[ANSWERS.length - 1]));
  for (let i = ANSWERS.length - 2; i >= 0; i--) {
    // select(answer i, what later calls get, count <= i + 1), with the later answer below on the stack
    code.push(0x41, ...s32(ANSWERS[i]), 0x23, ...g, 0x41, ...s32(i + 1), 0x4a, 0x1b); // i32.gt_s, select
  }
  return [0, ...code, 0x0b];
}

/** Contents of the sections without the custom ones. */
function readSections(bytes: Uint8Array): Sections {
  const sections: Sections = new Map();
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at];
    const size = readU32(bytes, at + 1);
    if (id !== 0) sections.set(id, [...bytes.slice(size.next, size.next + size.value)]);
    at = size.next + size.value;
  }
  return sections;
}

function prepend(sections: Sections, id: number, item: readonly number[]): void {
  const old = sections.get(id) ?? [0];
  const count = readU32(old, 0);
  sections.set(id, [...u32(count.value + 1), ...item, ...old.slice(count.next)]);
}

function append(sections: Sections, id: number, item: readonly number[]): void {
  const old = sections.get(id) ?? [0];
  const count = readU32(old, 0);
  sections.set(id, [...u32(count.value + 1), ...old.slice(count.next), ...item]);
}
