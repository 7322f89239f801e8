// Control instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#control-instructions
import { rows } from './row.ts';

// biome-ignore format: a table
export const CONTROL = rows('core', [
  [0x00, 'unreachable',   't* -> t*',     'none',          'traps'],
  [0x01, 'nop',           '->'],
  [0x02, 'block',         't* -> t*',     'block',         'opens'],
  [0x03, 'loop',          't* -> t*',     'block',         'opens'],
  [0x04, 'if',            't* i32 -> t*', 'block',         'opens'],
  [0x05, 'else',          't* -> t*',     'none',          'divides'],
  [0x0b, 'end',           't* -> t*',     'none',          'constant', 'closes'],
  [0x0c, 'br',            't* -> t*',     'label'],
  [0x0d, 'br_if',         't* i32 -> t*', 'label'],
  [0x0e, 'br_table',      't* i32 -> t*', 'labels'],
  [0x0f, 'return',        't* -> t*'],
  [0x10, 'call',          't* -> t*',     'func'],
  [0x11, 'call_indirect', 't* at -> t*',  'call_indirect', 'traps'],
]);
