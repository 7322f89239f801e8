// Validation of custom sections, which only scripts ask for: branch hints have to stand at `if` or `br_if`.
// https://github.com/WebAssembly/branch-hinting/blob/master/proposals/branch-hinting/Overview.md
// Engines may ignore such faults, and the rest of this project does.
import { decodeBranchHints } from '../decoder/branch-hints.ts';
import { InstructionCursor } from '../decoder/instruction-cursor.ts';
import { decodeLocals } from '../decoder/locals.ts';
import { InvalidError } from '../errors.ts';
import { importedFuncs, type Module } from '../syntax/module.ts';

/** Throws InvalidError where a hint does not stand at `if` or `br_if`. The module has to be valid. */
export function validateBranchHints(module: Module): void {
  const imported = importedFuncs(module).length;
  // By function, since sections may be many, all with hints on the same one.
  const known = new Map<number, Set<number>>();
  for (const custom of module.customs) {
    for (const [func, hints] of decodeBranchHints(custom) ?? []) {
      const targets = known.get(func) ?? conditionals(module, func - imported);
      known.set(func, targets);
      for (const offset of hints.keys()) {
        if (targets.has(offset)) continue;
        const at = `offset ${offset} in function ${func} is no if and no br_if`;
        throw new InvalidError(`@metadata.code.branch_hint annotation: invalid target: ${at}`, { func });
      }
    }
  }
}

/** Where a body has conditional branches, in bytes from its start; none for a function without a body. */
function conditionals({ funcs }: Module, index: number): Set<number> {
  const targets = new Set<number>();
  if (index < 0 || index >= funcs.start.length) return targets;
  const start = funcs.start[index];
  const cursor = new InstructionCursor(funcs.bytes, start, funcs.end[index]);
  decodeLocals(cursor.reader, 0);
  while (!cursor.done) {
    cursor.next();
    if (cursor.row.name === 'if' || cursor.row.name === 'br_if') targets.add(cursor.at - start);
  }
  return targets;
}
