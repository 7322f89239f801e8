// Variable instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#variable-instructions
import { rows } from './row.ts';

// biome-ignore format: a table
export const VARIABLE = rows('core', [
  [0x20, 'local.get',  '-> t',   'local'],
  [0x21, 'local.set',  't ->',   'local'],
  [0x22, 'local.tee',  't -> t', 'local'],
  [0x23, 'global.get', '-> t',   'global', 'constant'],
  [0x24, 'global.set', 't ->',   'global'],
]);
