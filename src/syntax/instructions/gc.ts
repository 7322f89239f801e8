// Aggregate instructions: structs, arrays, i31, casts. https://webassembly.github.io/spec/core/syntax/instructions.html#aggregate-instructions
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const GC: readonly Row[] = rows('gc', `
0xfb000 struct.new: special, type, constant
struct.new_default: special, type, constant
struct.get: special, type_field
struct.get_s: special, type_field
struct.get_u: special, type_field
struct.set: special, type_field
array.new: special, type, constant
array.new_default: special, type, constant
array.new_fixed: special, type_count, constant
array.new_data: special, type_data
array.new_elem: special, type_elem
array.get: special, type
array.get_s: special, type
array.get_u: special, type
array.set: special, type
array.len: special
0xfb010 array.fill: special, type
array.copy: special, type_type
array.init_data: special, type_data
array.init_elem: special, type_elem
ref.test: special, ref_type
ref.test: special, ref_type
ref.cast: special, ref_type
ref.cast: special, ref_type
br_on_cast: special, cast_branch
br_on_cast_fail: special, cast_branch
any.convert_extern: special, none, constant
extern.convert_any: special, none, constant
ref.i31: special, none, constant
i31.get_s: special
i31.get_u: special
`);
