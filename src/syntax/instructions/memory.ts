// Memory instructions, bulk operations included. https://webassembly.github.io/spec/core/syntax/instructions.html#memory-instructions
import { rows } from './row.ts';

// biome-ignore format: a table
export const MEMORY = [
...rows('core', [
  [0x28, 'i32.load',     'addr -> i32',      'memarg',        'align=2'],
  [0x29, 'i64.load',     'addr -> i64',      'memarg',        'align=3'],
  [0x2a, 'f32.load',     'addr -> f32',      'memarg',        'align=2'],
  [0x2b, 'f64.load',     'addr -> f64',      'memarg',        'align=3'],
  [0x2c, 'i32.load8_s',  'addr -> i32',      'memarg',        'align=0'],
  [0x2d, 'i32.load8_u',  'addr -> i32',      'memarg',        'align=0'],
  [0x2e, 'i32.load16_s', 'addr -> i32',      'memarg',        'align=1'],
  [0x2f, 'i32.load16_u', 'addr -> i32',      'memarg',        'align=1'],
  [0x30, 'i64.load8_s',  'addr -> i64',      'memarg',        'align=0'],
  [0x31, 'i64.load8_u',  'addr -> i64',      'memarg',        'align=0'],
  [0x32, 'i64.load16_s', 'addr -> i64',      'memarg',        'align=1'],
  [0x33, 'i64.load16_u', 'addr -> i64',      'memarg',        'align=1'],
  [0x34, 'i64.load32_s', 'addr -> i64',      'memarg',        'align=2'],
  [0x35, 'i64.load32_u', 'addr -> i64',      'memarg',        'align=2'],
  [0x36, 'i32.store',    'addr i32 ->',      'memarg',        'align=2'],
  [0x37, 'i64.store',    'addr i64 ->',      'memarg',        'align=3'],
  [0x38, 'f32.store',    'addr f32 ->',      'memarg',        'align=2'],
  [0x39, 'f64.store',    'addr f64 ->',      'memarg',        'align=3'],
  [0x3a, 'i32.store8',   'addr i32 ->',      'memarg',        'align=0'],
  [0x3b, 'i32.store16',  'addr i32 ->',      'memarg',        'align=1'],
  [0x3c, 'i64.store8',   'addr i64 ->',      'memarg',        'align=0'],
  [0x3d, 'i64.store16',  'addr i64 ->',      'memarg',        'align=1'],
  [0x3e, 'i64.store32',  'addr i64 ->',      'memarg',        'align=2'],
  [0x3f, 'memory.size',  '-> addr',          'memory'],
  [0x40, 'memory.grow',  'addr -> addr',     'memory'],
]),
...rows('bulk-memory', [
  [0xfc_008, 'memory.init',  'addr i32 i32 ->',  'memory_init',   'traps'],
  [0xfc_009, 'data.drop',    '->',               'data'],
  [0xfc_00a, 'memory.copy',  'at at at ->',      'memory_memory', 'traps'],
  [0xfc_00b, 'memory.fill',  'addr i32 addr ->', 'memory',        'traps'],
]),
];
