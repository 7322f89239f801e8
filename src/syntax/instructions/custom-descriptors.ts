// Instructions of the custom descriptors proposal. https://github.com/WebAssembly/custom-descriptors
import { rows } from './row.ts';

// biome-ignore format: a table
export const CUSTOM_DESCRIPTORS = rows('custom-descriptors', [
  [0xfb_020, 'struct.new_desc',         't* rt -> rt',       'type',        'constant', 'traps'],
  [0xfb_021, 'struct.new_default_desc', 'rt -> rt',          'type',        'constant', 'traps'],
  [0xfb_022, 'ref.get_desc',            'rt -> rt',          'type',        'traps'],
  [0xfb_023, 'ref.cast_desc_eq',        'rt rt -> rt',       'ref_type',    'traps'],
  [0xfb_024, 'ref.cast_desc_eq',        'rt rt -> rt',       'ref_type',    'traps', 'null'],
  [0xfb_025, 'br_on_cast_desc_eq',      't* rt rt -> t* rt', 'cast_branch', 'traps'],
  [0xfb_026, 'br_on_cast_desc_eq_fail', 't* rt rt -> t* rt', 'cast_branch', 'traps'],
]);
