// Words that grow: a typed array, which takes a quarter of the room that a growing list of numbers does.
import { ExhaustionError } from '../errors.ts';

export class Words {
  length = 0;
  private words: Int32Array;
  private readonly limit: number;

  /** Room for `size` words at first, and for `limit` at most. */
  constructor(size: number, limit: number) {
    this.words = new Int32Array(size);
    this.limit = limit;
  }

  push(word: number): void {
    if (this.length === this.words.length) this.grow(1);
    this.words[this.length++] = word;
  }

  at(index: number): number {
    return this.words[index];
  }

  append({ words, length }: Words): void {
    if (this.length + length > this.words.length) this.grow(length);
    this.words.set(words.subarray(0, length), this.length);
    this.length += length;
  }

  /** @throws ExhaustionError where there would be too many. */
  private grow(by: number): void {
    const { length, limit, words } = this;
    if (length + by > limit)
      throw new ExhaustionError(`code space exhausted: a function of more than ${limit} words`, 'code');
    this.words = new Int32Array(Math.min(limit, 2 * (length + by)));
    this.words.set(words);
  }

  copyTo(target: Int32Array, at: number): void {
    target.set(this.words.subarray(0, this.length), at);
  }
}
