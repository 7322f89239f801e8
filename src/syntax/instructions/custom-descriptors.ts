// Instructions of the custom descriptors proposal. https://github.com/WebAssembly/custom-descriptors
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const CUSTOM_DESCRIPTORS: readonly Row[] = rows('custom-descriptors', `
0xfb020 struct.new_desc: special, type, constant
.new_default_desc
ref.get_desc: special, type
.cast_desc_eq: special, ref_type
.cast_desc_eq
br_on_cast_desc_eq: special, cast_branch
br_on_cast_desc_eq_fail
`);
