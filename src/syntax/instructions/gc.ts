// Aggregate instructions: structs, arrays, i31, casts. https://webassembly.github.io/spec/core/syntax/instructions.html#aggregate-instructions
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const GC: readonly Row[] = rows('gc', `
0xfb000 struct.new: special, type, constant
.new_default
.get: special, type_field
.get_s
.get_u
.set
array.new: special, type, constant
.new_default
.new_fixed: special, type_count, constant
.new_data: special, type_data
.new_elem: special, type_elem
.get: special, type
.get_s
.get_u
.set
.len: special
0xfb010 .fill: special, type
.copy: special, type_type
.init_data: special, type_data
.init_elem: special, type_elem
ref.test: special, ref_type
.test
.cast
.cast
br_on_cast: special, cast_branch
br_on_cast_fail
any.convert_extern: special, none, constant
extern.convert_any
ref.i31
i31.get_s: special
.get_u
`);
