// Validation of memory instructions that name two memories.
// https://webassembly.github.io/spec/core/valid/instructions.html#memory-instructions
import type { BodyState } from '../body-state.ts';
import type { Arms } from './arm.ts';

function memoryCopy(s: BodyState): void {
  const to = s.ctx.memory(s.cursor.index);
  const from = s.ctx.memory(s.cursor.index2);
  if ((s.cursor.index | s.cursor.index2) !== 0) s.ctx.need('multi-memory', 'memory.copy of another memory than 0');
  s.stack.popVals([to.addr, from.addr, s.ctx.minAddr(to.addr, from.addr)]);
}

export const MEMORY_ARMS = {
  'memory.copy': memoryCopy,
} satisfies Arms;
