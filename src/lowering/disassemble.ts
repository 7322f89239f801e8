// Lowered code as text: one line an op, with its operands by name and, for reading, its formula's name.
// `wasmi-ts objdump --lowered` prints it; tests of lowering compare it.
import { type Code, HEADER_WORDS } from './emit.ts';
import { type Handlers, handlerAt } from '../runtime/handlers.ts';
import { OPS, isSlot, opNumber, opSize } from './op-table.ts';
import { OUT_NAMES } from '../trees/operations.ts';

const BR_TABLE = opNumber('br_table');
const OUT = opNumber('out');

/** The lines of a function's code: address relative to its first op, op, operands; slots as s0, targets as @12. */
export function disassemble(code: Code): string[] {
  const words = code.words.subarray(HEADER_WORDS);
  const lines: string[] = [];
  const [frameWords, zeroFrom, zeroTo] = code.words;
  lines.push(`frame ${frameWords / 2} slots, locals ${zeroFrom / 2} to ${zeroTo / 2} zeroed`);
  for (let pc = 0; pc < words.length; ) {
    const number = words[pc] & 0xffff;
    const one = OPS[number];
    const operands = operandsOf(words, pc);
    if (number === OUT) {
      operands[0] = OUT_NAMES[words[pc + 1]] ?? operands[0];
      operands[3] = `s${words[pc + 4] / 2}`;
    }
    let next = pc + opSize(one);
    if (number === BR_TABLE) {
      const count = words[next - 1] + 1;
      for (let i = 0; i < count; i++) operands.push(`@${words[next + i]}`);
      next += count;
    }
    lines.push(`@${pc} ${one.name} ${operands.join(' ')}`.trimEnd());
    pc = next;
  }
  return code.handlers === undefined ? lines : lines.concat(regionLines(code.handlers, words.length));
}

/** The regions of tries: where they are, what they catch into which slots, and where that goes on. */
function regionLines({ starts, regions, outer, clauses }: Handlers, end: number): string[] {
  const lines: string[] = [];
  for (let i = 0; i < starts.length; i++) {
    const to = starts[i + 1] ?? end;
    if (regions[i] >= 0 && to > starts[i]) lines.push(`from @${starts[i]} to @${to}: try ${regions[i]}`);
  }
  clauses.forEach((list, region) => {
    const parts: string[] = [];
    for (let i = 0; i < list.length; i += 4) {
      const { tag, target, slot, refSlot } = handlerAt(list, i);
      const what = tag < 0 ? 'all' : `tag ${tag} in s${slot}`;
      parts.push(`${what}${refSlot < 0 ? '' : `, exception in s${refSlot}`} -> @${target}`);
    }
    parts.push(outer[region] < 0 ? 'else caller' : `else try ${outer[region]}`);
    lines.push(`try ${region}: ${parts.join('; ')}`);
  });
  return lines;
}

function operandsOf(words: Int32Array, pc: number): string[] {
  const { operands } = OPS[words[pc] & 0xffff];
  const slots = [...operands].filter(isSlot);
  const texts = new Map<string, string>();
  slots.forEach((letter, i) => {
    const word = words[pc + ((i + 1) >> 1)];
    const field = i % 2 === 0 ? word >>> 16 : word & 0xffff;
    texts.set(letter, `s${letter < 'a' ? field : field / 2}`);
  });
  let at = pc + 1 + Math.ceil(Math.max(0, slots.length - 1) / 2);
  for (const letter of operands) {
    if (!isSlot(letter)) texts.set(letter, letter === 't' ? `@${words[at++]}` : String(words[at++]));
  }
  return [...operands].map((letter) => texts.get(letter) as string);
}
