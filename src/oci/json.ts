// Values of JSON that somebody else wrote, read key by key: each is what it has to be, or an error says where it is not.
// Keys that nobody asks for are nobody's business, as the OCI specifications have it.
import { own } from '../syntax/records.ts';
import { nameText } from '../syntax/visible.ts';

/** What was given is no bundle, no image, or one that cannot be run here. */
export class OciError extends Error {
  override readonly name = 'OciError';
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value and what it is called in errors: `config.json: process`. */
export class Json {
  readonly where: string;
  readonly value: unknown;

  constructor(value: unknown, where: string) {
    this.value = value;
    this.where = where;
  }

  /** @throws OciError for a text that is no JSON. */
  static parse(text: string, where: string): Json {
    try {
      return new Json(JSON.parse(text), where);
    } catch (error) {
      throw new OciError(`${where}: it is no JSON: ${(error as Error).message.split('\n')[0]}`);
    }
  }

  fail(why: string): never {
    throw new OciError(`${this.where}: ${why}`);
  }

  /** What an object has under a key; undefined where it has nothing, or null, which means the same. */
  get(key: string): Json | undefined {
    if (!isObject(this.value)) this.fail('it has to be an object');
    const value = own(this.value, key);
    return value === undefined || value === null ? undefined : new Json(value, `${this.where}: ${key}`);
  }

  need(key: string): Json {
    return this.get(key) ?? this.fail(`${key} is missing`);
  }

  /** The keys of an object. */
  keys(): string[] {
    return isObject(this.value) ? Object.keys(this.value) : this.fail('it has to be an object');
  }

  /** A text without NUL. */
  text(): string {
    if (typeof this.value !== 'string') this.fail('it has to be a string');
    if (this.value.includes('\0')) this.fail(`${nameText(this.value)} has a NUL in it`);
    return this.value;
  }

  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.fail('it has to be true or false');
  }

  /** A whole number that is exact. */
  whole(): number {
    return Number.isSafeInteger(this.value) ? (this.value as number) : this.fail('it has to be a whole number');
  }

  list(): Json[] {
    if (!Array.isArray(this.value)) this.fail('it has to be an array');
    return this.value.map((one: unknown, i) => new Json(one, `${this.where}[${i}]`));
  }

  texts(): string[] {
    return this.list().map((one) => one.text());
  }
}

/** `NAME=VALUE` as pairs, the last of a name. */
export function variables(list: Json | undefined): Map<string, string> {
  const found = new Map<string, string>();
  for (const one of list?.list() ?? []) {
    const text = one.text();
    const at = text.indexOf('=');
    if (at <= 0) one.fail(`${nameText(text)} is no NAME=VALUE`);
    found.set(text.slice(0, at), text.slice(at + 1));
  }
  return found;
}
