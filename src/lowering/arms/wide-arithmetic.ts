// Wide arithmetic: instructions with two results, which are not trees. https://github.com/WebAssembly/wide-arithmetic
import { I64 } from '../../syntax/types.ts';
import type { TreeBuilder } from '../trees.ts';

/** Lowers i64.add128, i64.sub128, i64.mul_wide_s and i64.mul_wide_u; answers false for anything else. */
export function lowerWideArithmetic(b: TreeBuilder): boolean {
  const { name, feature, sig } = b.cursor.row;
  if (feature !== 'wide-arithmetic' || sig === undefined) return false;
  return b.out(name as 'i64.add128', sig.pops.length, [I64, I64]);
}
