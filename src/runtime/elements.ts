// The elements of a table, in chunks: the host copies an array that grows, and fills a new one with holes, in one piece,
// which takes the longer the larger it is. So no step here takes longer than a chunk does.
// The loop looks into the first chunk itself; everybody else uses the functions here, which know the other chunks.
// Not here: types, limits and what the host sees (table.ts). Callers have checked ranges, except for `read`.

/** How many elements the first chunk has, which grows: 8 MiB in Node. */
const FIRST = 2 ** 20;
/** The others are made whole, of 2^16 elements each. */
const BITS = 16;

export class Elements {
  /** What the loop looks into: it is full where there are more. */
  readonly first: unknown[] = [];
  /** In elements, all chunks together. */
  size = 0;
  private readonly more: unknown[][] = [];
  private readonly most: number;
  private readonly bits: number;
  /** What the place in such a chunk is at most. */
  private readonly mask: number;

  /** Sizes other than the usual ones are for tests. */
  constructor(most = FIRST, bits = BITS) {
    this.most = most;
    this.bits = bits;
    this.mask = 2 ** bits - 1;
  }

  /** The element at any index; undefined where there is none. */
  read(at: number): unknown {
    const { first } = this;
    if (at < first.length) return first[at];
    return at < this.size ? this.chunk(at)[this.place(at)] : undefined;
  }

  write(at: number, value: unknown): void {
    this.chunk(at)[this.place(at)] = value;
  }

  /** Adds `n` elements. */
  push(n: number, value: unknown): void {
    const { first, more, most, mask, size } = this;
    for (let left = Math.min(n, most - size); left > 0; left--) first.push(value);
    this.size += n;
    while (most + more.length * (mask + 1) < this.size) more.push(new Array(mask + 1));
    const from = Math.max(size, most);
    this.fill(from, this.size - from, value);
  }

  fill(at: number, n: number, value: unknown): void {
    const end = at + n;
    for (let i = at, run = 0; i < end; i += run) {
      const place = this.place(i);
      run = Math.min(end - i, (i < this.most ? this.most : this.mask + 1) - place);
      this.chunk(i).fill(value, place, place + run);
    }
  }

  /** Writes `n` elements of a segment, from `start` on. */
  init(at: number, from: readonly unknown[], start: number, n: number): void {
    for (let i = 0; i < n; i++) this.write(at + i, from[start + i]);
  }

  /** The same of a table, which may be this one, and the ranges overlap. */
  copy(at: number, from: Elements, start: number, n: number): void {
    if (from !== this || at < start) for (let i = 0; i < n; i++) this.write(at + i, from.read(start + i));
    else for (let i = n - 1; i >= 0; i--) this.write(at + i, from.read(start + i));
  }

  /** Shows all elements, chunk by chunk. */
  forChunks(show: (chunk: readonly unknown[]) => void): void {
    const { first, more, most, mask, size } = this;
    show(first);
    more.forEach((chunk, i) => {
      const n = size - most - i * (mask + 1);
      show(n > mask ? chunk : chunk.slice(0, n));
    });
  }

  /** The chunk that an element is in. */
  private chunk(at: number): unknown[] {
    return at < this.most ? this.first : this.more[(at - this.most) >>> this.bits];
  }

  /** Where in its chunk it is. */
  private place(at: number): number {
    return at < this.most ? at : (at - this.most) & this.mask;
  }
}
