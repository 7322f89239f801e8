// A global instance. https://webassembly.github.io/spec/core/exec/runtime.html#global-instances
// Numbers live as words in an array that the defining instance's code reads directly; references in a JS array.
import { brand, brandOf } from '../brand.ts';
import { checkGlobalType } from './amounts.ts';
import { HELD } from './heap.ts';
import type { GlobalType } from '../syntax/types.ts';
import { NO_TYPES, type TypeSpace } from '../validator/type-space.ts';

/** A global. */
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
  /** @internal */
  readonly mark = HELD;
  /**
   * What a type index in its type means.
   * @internal
   */
  readonly space: TypeSpace;

  /** @throws TypeError for what is no type of a global, and for a value: `setGlobal` writes it. */
  constructor(
    type: GlobalType,
    words: Int32Array = new Int32Array(4),
    refs: unknown[] = [null],
    at = 0,
    space: TypeSpace = NO_TYPES,
  ) {
    checkGlobalType(type, space);
    if (!ArrayBuffer.isView(words)) throw new TypeError('a Global is made without a value: setGlobal writes it');
    this.type = Object.freeze({ ...type });
    this.words = words;
    this.refs = refs;
    this.at = at;
    this.space = space;
  }
}

/** Is it a global of this engine, and nothing that only passes for one? */
export function isGlobal(value: unknown): value is Global {
  return brandOf(value) === 'global';
}
