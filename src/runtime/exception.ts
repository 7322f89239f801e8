// An exception instance: what an exnref refers to. https://webassembly.github.io/spec/core/exec/runtime.html#exception-instances
// Its values are kept as they stand in slots, so that nothing is lost on the way from a throw to a catch.
import type { Tag } from './tag.ts';

export class ExceptionObject {
  readonly kind = 'exn';
  readonly tag: Tag;
  /** Two words a slot, and one reference a slot where the tag has references (else empty). */
  readonly words: readonly number[];
  readonly refs: readonly unknown[];
  /** The last walk that has reached it. */
  mark = 0;

  constructor(tag: Tag, words: readonly number[], refs: readonly unknown[]) {
    this.tag = tag;
    this.words = words;
    this.refs = refs;
  }
}
