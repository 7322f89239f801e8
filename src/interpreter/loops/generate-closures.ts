// Writes closures.ts from the op table: `npm run generate`. The result is committed; closures.sync.test.ts holds it in
// step. Each row becomes factories of closures: operands are captured, so that nothing is decoded at run time. An operand
// is a slot of the frame or, where a value is computed only for this op, the closure that computes it.
// The rows are of closures-rows.ts; what ops mean is in lowering/ops, how closures become code in blocks.ts, and what is
// not made from ops in generate-closures-text.ts.
import { OPS } from '../../lowering/ops.ts';
import { rowText } from './closures-rows.ts';
import { HEAD, TAIL } from './generate-closures-text.ts';

/** The whole text of closures.ts. */
export function generateClosures(): string {
  return `${HEAD}${OPS.map(rowText).join('\n')}\n${TAIL}`;
}
