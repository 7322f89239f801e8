// Reference instructions, and calls and branches on references. https://webassembly.github.io/spec/core/syntax/instructions.html#reference-instructions
import { SPECIAL, row, type Row } from './row.ts';

// biome-ignore format: a table
export const REFERENCE: readonly Row[] = [
  row(0xd0, 'ref.null',        SPECIAL, 'heap', { feature: 'reference-types', constant: true }),
  row(0xd1, 'ref.is_null',     SPECIAL, 'none', { feature: 'reference-types' }),
  row(0xd2, 'ref.func',        SPECIAL, 'func', { feature: 'reference-types', constant: true }),
  row(0xd3, 'ref.eq',          SPECIAL, 'none', { feature: 'gc' }),
  row(0xd4, 'ref.as_non_null', SPECIAL, 'none', { feature: 'function-references' }),
  row(0xd5, 'br_on_null',      SPECIAL, 'label', { feature: 'function-references' }),
  row(0xd6, 'br_on_non_null',  SPECIAL, 'label', { feature: 'function-references' }),
  row(0x14, 'call_ref',        SPECIAL, 'type', { feature: 'function-references' }),
];
