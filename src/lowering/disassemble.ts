// Lowered code as text: one line an op, with its operands by name; those of `out` with the name of their function.
// `wasmi-ts objdump --lowered` prints it; tests of lowering compare it.
import { type Code, HEADER_WORDS } from './emit.ts';
import { type Handlers, handlerAt } from '../runtime/handlers.ts';
import { OPS, isSlot, numberOf, opAt, operandAt, sizeAt } from './op-table.ts';
import { OUT_NAMES } from '../trees/operations.ts';

const BR_TABLE = numberOf('br_table');
const OUT = numberOf('out');

/** The lines of a function's code: address relative to its first op, op, operands; slots as s0, targets as @12. */
export function disassemble(code: Code): string[] {
  const words = code.words.subarray(HEADER_WORDS);
  const lines: string[] = [];
  const [frameWords, zeroFrom, zeroTo] = code.words;
  lines.push(`frame ${frameWords / 2} slots, locals ${zeroFrom / 2} to ${zeroTo / 2} zeroed`);
  for (let pc = 0; pc < words.length; ) {
    const number = opAt(words, pc);
    const one = OPS[number];
    const operands = operandsOf(words, pc);
    if (number === OUT) {
      operands[one.operands.indexOf('k')] = OUT_NAMES[operandAt(words, pc, 'k')];
      operands[one.operands.indexOf('n')] = `s${operandAt(words, pc, 'n') / 2}`;
    }
    let next = pc + sizeAt(words, pc);
    if (number === BR_TABLE) {
      const count = operandAt(words, pc, 'n') + 1;
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
  return [...OPS[opAt(words, pc)].operands].map((letter) => {
    const value = operandAt(words, pc, letter);
    if (isSlot(letter)) return `s${letter < 'a' ? value : value / 2}`;
    return letter === 't' ? `@${value}` : String(value);
  });
}
