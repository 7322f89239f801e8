// Calls of references and branches on them. https://github.com/WebAssembly/function-references
import { rows } from './row.ts';

// biome-ignore format: a table
export const FUNCTION_REFERENCES = rows('function-references', [
  [0x14, 'call_ref',        't* rt -> t*',    'type',  'traps'],
  [0x15, 'return_call_ref', 't* rt -> t*',    'type',  'traps', '+tail-call'],
  [0xd4, 'ref.as_non_null', 'rt -> rt',       'none',  'traps'],
  [0xd5, 'br_on_null',      't* rt -> t* rt', 'label'],
  [0xd6, 'br_on_non_null',  't* rt -> t*',    'label'],
]);
