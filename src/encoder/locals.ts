// Encodes the locals that open a function body. https://webassembly.github.io/spec/core/binary/modules.html#code-section
// The inverse of decoder/locals.ts.
import type { ValType } from '../syntax/types.ts';
import type { Writer } from './writer.ts';

/** Writes locals, one type each, as runs of equal types. */
export function encodeLocals(writer: Writer, types: readonly ValType[]): void {
  const runs: { type: ValType; count: number }[] = [];
  for (const type of types) {
    const last = runs[runs.length - 1];
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  writer.u32(runs.length);
  for (const { type, count } of runs) {
    writer.u32(count);
    writer.valType(type);
  }
}
