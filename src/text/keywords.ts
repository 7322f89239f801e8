// The words of the text format and of scripts that are not instructions. An identifier that is neither here nor in the
// instruction table is an "unknown operator"; one that is, in the wrong place, is an "unexpected token".
import { rowsNamed } from '../syntax/instructions.ts';
import { isDigit } from './digits.ts';

/** What memory instructions may have before their number. */
export const MEMARG_OPTIONS = ['offset=', 'align='];

const WORDS = new Set(
  `module quote binary definition instance type rec sub final func param result local struct array field mut
  import export table memory global tag elem data start offset item declare exact descriptor describes shared pagesize
  i32 i64 f32 f64 v128 i8 i16 ref null anyref eqref i31ref structref arrayref funcref externref exnref nullref
  nullfuncref nullexternref nullexnref any eq i31 extern exn none nofunc noextern noexn
  then do catch catch_ref catch_all catch_all_ref i8x16 i16x8 i32x4 i64x2 f32x4 f64x2
  nan:canonical nan:arithmetic either ref.extern ref.host ref.struct ref.array ref.any
  register invoke get script input output thread wait assert_return assert_trap assert_exhaustion assert_malformed
  assert_invalid assert_malformed_custom assert_invalid_custom assert_unlinkable assert_exception assert_suspension
  before after first last code`
    .split('\n')
    .flatMap((line) => line.trim().split(' ')),
);

/** Whether a keyword token means something somewhere. */
export function isKeyword(text: string): boolean {
  if (WORDS.has(text) || rowsNamed(text).length > 0) return true;
  return MEMARG_OPTIONS.some((option) => text.startsWith(option) && isDigit(text.charCodeAt(option.length)));
}
