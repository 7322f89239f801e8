// A tag instance. https://webassembly.github.io/spec/core/exec/runtime.html#tag-instances

/** A tag: its identity is the object; `canon` is the canonical id of its function type. */
export class Tag {
  readonly kind = 'tag';
  readonly canon: number;

  constructor(canon: number) {
    this.canon = canon;
  }
}
