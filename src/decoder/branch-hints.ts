// Decodes the branch hint section, `metadata.code.branch_hint`.
// https://webassembly.github.io/spec/core/appendix/custom.html#branch-hint-section
// It does not check that a hint stands at a branch.
import { MalformedError } from '../errors.ts';
import type { Custom } from '../syntax/module.ts';
import { Reader } from './reader.ts';

export const BRANCH_HINTS = 'metadata.code.branch_hint';

/**
 * By function index, and by the instruction's offset in bytes from the start of the function's body (where its locals
 * begin): whether the branch is likely taken.
 */
export type BranchHints = ReadonlyMap<number, ReadonlyMap<number, boolean>>;

/** The hints in a custom section, or undefined when it is another section or malformed. Never throws. */
export function decodeBranchHints(custom: Custom): BranchHints | undefined {
  if (custom.name !== BRANCH_HINTS) return undefined;
  try {
    return readHints(new Reader(custom.bytes));
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

/** Functions and, in each, offsets come in increasing order. */
function readHints(reader: Reader): BranchHints | undefined {
  const hints = new Map<number, Map<number, boolean>>();
  let lastFunc = -1;
  for (let funcs = reader.length(); funcs > 0; funcs--) {
    const func = reader.u32();
    const ofFunc = new Map<number, boolean>();
    let lastOffset = -1;
    for (let count = reader.length(); count > 0; count--) {
      const offset = reader.u32();
      const size = reader.u32();
      const likely = reader.byte();
      if (size !== 1 || likely > 1 || offset <= lastOffset) return undefined;
      ofFunc.set(offset, likely === 1);
      lastOffset = offset;
    }
    if (func <= lastFunc) return undefined;
    lastFunc = func;
    hints.set(func, ofFunc);
  }
  return reader.done ? hints : undefined;
}
