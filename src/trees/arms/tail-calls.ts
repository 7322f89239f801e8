// Lowering of tail calls. https://webassembly.github.io/spec/core/exec/instructions.html#control-instructions
import type { Arms } from './arm.ts';
import { direct, indirect } from './control.ts';

export const TAIL_CALL_ARMS = {
  return_call: direct(true),
  return_call_indirect: indirect(true),
} satisfies Arms;
