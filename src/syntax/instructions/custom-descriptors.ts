// Instructions of the custom descriptors proposal. https://github.com/WebAssembly/custom-descriptors
import { SPECIAL, row, type Row } from './row.ts';

// biome-ignore format: a table
export const CUSTOM_DESCRIPTORS: readonly Row[] = [
  row(0xfb_020, 'struct.new_desc',         SPECIAL, 'type', { feature: 'custom-descriptors', constant: true }),
  row(0xfb_021, 'struct.new_default_desc', SPECIAL, 'type', { feature: 'custom-descriptors', constant: true }),
  row(0xfb_022, 'ref.get_desc',            SPECIAL, 'type', { feature: 'custom-descriptors' }),
  row(0xfb_023, 'ref.cast_desc_eq',        SPECIAL, 'ref_type', { feature: 'custom-descriptors' }),
  row(0xfb_024, 'ref.cast_desc_eq',        SPECIAL, 'ref_type', { feature: 'custom-descriptors' }),
  row(0xfb_025, 'br_on_cast_desc_eq',      SPECIAL, 'cast_branch', { feature: 'custom-descriptors' }),
  row(0xfb_026, 'br_on_cast_desc_eq_fail', SPECIAL, 'cast_branch', { feature: 'custom-descriptors' }),
];
