// A copy of the built package whose loop counts: ops, pairs of consecutive ops, and what out-of-line ops do.
// The copy lies in a temporary folder; the package itself is not touched and pays nothing.
import { cpSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The place in the generated loop where an op is taken. */
export const HEAD = 'switch (w & 65535) {';
const COUNTED = 'countOp(w & 65535, pc); switch (w & 65535) {';

/** Written beside the loop. Arrays are flat: pairs[before * n + op]; `straight` counts pairs without a branch between. */
const COUNTER = `import { CODE } from './stack.js';
import { OPS, isSlot, opSize } from '../lowering/op-table.js';
const n = OPS.length;
const SIZE = Int32Array.from(OPS, opSize);
// Where the number stands that says what an out-of-line op does; 0 for other ops.
const NUMBER = Int32Array.from(OPS, ({ name, operands }) => {
  if (!['out', 'unary', 'binary', 'ternary', 'access', 'object'].includes(name)) return 0;
  return 1 + Math.ceil(Math.max(0, [...operands].filter(isSlot).length - 1) / 2);
});
const pairs = new Float64Array(n * n);
const straight = new Float64Array(n * n);
const rare = new Float64Array(n * 1024);
let before = 0;
let next = 0;
export function countOp(op, pc) {
  pairs[before * n + op]++;
  if (pc === next) straight[before * n + op]++;
  if (NUMBER[op] !== 0) rare[op * 1024 + CODE[pc + NUMBER[op]]]++;
  before = op;
  next = pc + SIZE[op];
}
export function counts() {
  return { ops: OPS.map(({ name }) => name), pairs, straight, rare };
}
`;

/** Makes the copy; returns its folder. @throws Error where the loop does not look as expected. */
export function instrument(dist: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-ops-'));
  cpSync(dist, join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  const interpreter = join(folder, 'dist', 'interpreter');
  let loops = 0;
  for (const name of readdirSync(interpreter).filter((file) => file.endsWith('.js'))) {
    const text = readFileSync(join(interpreter, name), 'utf8');
    const parts = text.split(HEAD);
    if (parts.length === 1) continue;
    loops += parts.length - 1;
    writeFileSync(join(interpreter, name), `import { countOp } from './count-ops.js';\n${parts.join(COUNTED)}`);
  }
  if (loops === 0) throw new Error(`no loop with the head "${HEAD}" in ${interpreter}`);
  writeFileSync(join(interpreter, 'count-ops.js'), COUNTER);
  return folder;
}
