// A global instance. https://webassembly.github.io/spec/core/exec/runtime.html#global-instances
// Numbers live as words in an array that the defining instance's code reads directly; references in a JS array.
import { brand, brandOf } from '../brand.ts';
import { checkGlobalType } from './amounts.ts';
import type { GlobalType } from '../syntax/types.ts';

/** A global. `type.val` is closed (heap types are canonical ids). */
export class Global {
  readonly kind = brand(this, 'global');
  readonly type: GlobalType;
  /**
   * Where the value is: `words[at]` and up for numbers and vectors, `refs[at]` for references. For the engine: nothing
   * checks what is put there; embedders have getGlobal and setGlobal.
   * @internal
   */
  readonly words: Int32Array;
  /** @internal */
  readonly refs: unknown[];
  /** @internal */
  readonly at: number;

  /** @throws TypeError for what is no type of a global, and for a value: `setGlobal` writes it. */
  constructor(type: GlobalType, words: Int32Array = new Int32Array(4), refs: unknown[] = [null], at = 0) {
    checkGlobalType(type);
    if (!ArrayBuffer.isView(words)) throw new TypeError('a Global is made without a value: setGlobal writes it');
    this.type = Object.freeze({ ...type });
    this.words = words;
    this.refs = refs;
    this.at = at;
  }
}

/** Is it a global of this engine, and nothing that only passes for one? */
export function isGlobal(value: unknown): value is Global {
  return brandOf(value) === 'global';
}
