// Parametric instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#parametric-instructions
import { rows } from './row.ts';

// biome-ignore format: a table
export const PARAMETRIC = [
...rows('core', [
  [0x1a, 'drop',   't ->'],
  [0x1b, 'select', 't t i32 -> t'],
]),
...rows('reference-types', [
  [0x1c, 'select', 't t i32 -> t', 'select'],
]),
];
