// Reference instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#reference-instructions
import { rows } from './row.ts';

// biome-ignore format: a table
export const REFERENCE = rows('reference-types', [
  [0xd0, 'ref.null',    '-> rt',     'heap', 'constant'],
  [0xd1, 'ref.is_null', 'rt -> i32'],
  [0xd2, 'ref.func',    '-> rt',     'func', 'constant'],
]);
