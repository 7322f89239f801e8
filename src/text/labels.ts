// The labels that an instruction sees: how many blocks enclose it, and how far out the block of a name is.
// https://webassembly.github.io/spec/core/text/instructions.html#labels
// An inner label hides an outer one of the same name. Every step takes constant time, however deep blocks nest.

export class Labels {
  /** Names of the open blocks, outermost first; undefined for those without one. */
  private readonly open: (string | undefined)[] = [];
  /** By name: where in `open` it stands, innermost last. */
  private readonly places = new Map<string, number[]>();

  push(name: string | undefined): void {
    if (name !== undefined) {
      const places = this.places.get(name);
      if (places === undefined) this.places.set(name, [this.open.length]);
      else places.push(this.open.length);
    }
    this.open.push(name);
  }

  pop(): void {
    const name = this.open.pop();
    if (name !== undefined) this.places.get(name)?.pop();
  }

  /** Blocks between the innermost one and the innermost one of a name; undefined where none has the name. */
  depthOf(name: string): number | undefined {
    const places = this.places.get(name);
    return places === undefined || places.length === 0 ? undefined : this.open.length - 1 - places[places.length - 1];
  }
}
