// The one checker of options objects: every entry that takes options has a shape, a table of what each option has to
// be. A name that is not in the table is a TypeError that names the nearest one, since an option that is silently
// ignored bounds nothing. Values are read once, so what was checked is what is used. The bytes of a module, which come
// before the options, are checked here, too.
// Not here: what the shapes are (each stands beside its interface), and the dictionaries of the JavaScript API, which
// ignore unknown members by Web IDL.

/**
 * Returns an option's value, or a plain copy of it.
 *
 * @param where What messages begin with: `instantiate: option "fuel"`.
 * @throws TypeError, or RangeError for a number that is out of range.
 */
export type Check = (value: unknown, where: string) => unknown;

/** A check for each option of an interface. The compiler asks for every one. */
export type Shape<T> = { readonly [K in keyof Required<T>]: Check };

const OWN = Object.prototype.hasOwnProperty;

/**
 * The options that are given, read once each, in a new object; those that are undefined are left out.
 *
 * @param who The function that was called, for messages.
 * @throws TypeError for what is no object, for an unknown name and for a value of another type; RangeError for a number
 * that is out of range.
 */
export function checkOptions<T extends object>(who: string, options: T | undefined, shape: Shape<T>): T {
  return (options === undefined ? {} : readOptions(options, shape, `${who}: what is given as options`, who)) as T;
}

/** An option that is itself an object with a shape. */
export function shapeOf<T extends object>(shape: Shape<T>): Check {
  return (value, where) => readOptions(value, shape, where, where);
}

function readOptions<T>(given: unknown, shape: Shape<T>, what: string, where: string): Record<string, unknown> {
  checkRecord(given, what);
  for (const name in given) if (!OWN.call(shape, name)) throw unknownName(where, 'option', name, Object.keys(shape));
  const read: Record<string, unknown> = {};
  for (const name in shape) {
    const value = (given as Record<string, unknown>)[name];
    if (value !== undefined) read[name] = shape[name](value, `${where}: option "${name}"`);
  }
  return read;
}

/**
 * An object that is read by names of its own: no array, Map, Date or URL, whose names are not what it holds. A Map of
 * options would be read as no options at all. An object of a class is one, and so is a module's namespace.
 */
export function checkRecord(value: unknown, where: string): asserts value is object {
  if (typeof value !== 'object' || value === null) throw misfit(where, 'an object', value);
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind !== 'Object' && kind !== 'Module') {
    throw new TypeError(`${where} has to be an object with names of its own, not ${withArticle(kind)}`);
  }
}

/** Such an object; the object itself is used. */
export const record: Check = (value, where) => {
  checkRecord(value, where);
  return value;
};

/** true or false. */
export const flag: Check = (value, where) => {
  if (typeof value !== 'boolean') throw misfit(where, 'true or false', value);
  return value;
};

export const text: Check = (value, where) => {
  if (typeof value !== 'string') throw misfit(where, 'a text', value);
  return value;
};

export const callable: Check = (value, where) => {
  if (typeof value !== 'function') throw misfit(where, 'a function', value);
  return value;
};

/** An object of an interface that has these members, and methods, spelt `name()`; the object itself is used. */
export function having(what: string, ...members: readonly string[]): Check {
  const has = (value: object, member: string): boolean =>
    member.endsWith('()')
      ? typeof (value as Record<string, unknown>)[member.slice(0, -2)] === 'function'
      : member in value;
  return (value, where) => {
    const fits = typeof value === 'object' && value !== null && members.every((member) => has(value, member));
    if (!fits) throw misfit(where, members.length === 0 ? what : `${what} (with ${members.join(', ')})`, value);
    return value;
  };
}

/** A number from `least` on, Infinity for no bound; `what` has its unit. */
export function amount(what: string, least = 0): Check {
  return (value, where) => {
    if (typeof value !== 'number') throw misfit(where, what, value);
    if (!(value >= least)) throw outOfRange(where, what, least, value);
    return value;
  };
}

/** An upper bound for what comes in whole units, Infinity for none. */
export function bound(what: string): Check {
  return (value, where) => {
    if (typeof value !== 'number') throw misfit(where, what, value);
    if (value !== Number.POSITIVE_INFINITY && !(value >= 0 && Number.isInteger(value))) {
      throw new RangeError(`${where} has to be ${what}, a whole number from 0 on, not ${value}`);
    }
    return value;
  };
}

/** A whole number from `least` to `most`. */
export function whole(what: string, least = 0, most = Number.MAX_SAFE_INTEGER): Check {
  return (value, where) => {
    if (typeof value !== 'number') throw misfit(where, what, value);
    if (!Number.isInteger(value) || value < least || value > most) throw outOfRange(where, what, least, value, most);
    return value;
  };
}

/** A bigint from `least` on; `what` has its unit. */
export function wholeBigint(what: string, least: bigint): Check {
  return (value, where) => {
    if (typeof value !== 'bigint') throw misfit(where, `${what} as a bigint`, value);
    if (value < least) throw new RangeError(`${where} has to be ${what}, ${least} or more, not ${value}`);
    return value;
  };
}

export const bigint: Check = (value, where) => {
  if (typeof value !== 'bigint') throw misfit(where, 'a bigint', value);
  return value;
};

/** One of some words. */
export function oneOf(...words: readonly string[]): Check {
  return (value, where) => {
    if (typeof value !== 'string' || !words.includes(value)) {
      throw misfit(where, words.map((word) => JSON.stringify(word)).join(' or '), value);
    }
    return value;
  };
}

/** An array, each element of which fits; a copy. */
export function listOf(check: Check): Check {
  return (value, where) => {
    if (!Array.isArray(value)) throw misfit(where, 'an array', value);
    return Array.from(value as readonly unknown[], (one, i) => check(one, `${where}[${i}]`));
  };
}

/** An object of any names, each value of which fits; a copy without a prototype, in the same order. */
export function recordOf(check: Check): Check {
  return (value, where) => {
    checkRecord(value, where);
    const read: Record<string, unknown> = Object.create(null);
    for (const [name, one] of Object.entries(value)) {
      if (one !== undefined) read[name] = check(one, `${where}[${shown(name)}]`);
    }
    return read;
  };
}

/** Names and values in the order in which they are given: pairs, or a record, which sorts names that look like numbers. */
export type Pairs<T> = Readonly<Record<string, T>> | Iterable<readonly [name: string, value: T]>;

/** Either form as pairs. */
export function pairsOf<T>(given: Pairs<T>): (readonly [name: string, value: T])[] {
  return isIterable(given) ? Array.from(given) : Object.entries(given);
}

function isIterable<T>(given: Pairs<T>): given is Iterable<readonly [string, T]> {
  return typeof (given as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';
}

/** Names with values that fit, in either form; pairs in the same order. */
export function pairs(check: Check): Check {
  return (value, where) => {
    if (typeof value !== 'object' || value === null) throw misfit(where, 'an object, or pairs in an iterable', value);
    const read: [name: unknown, value: unknown][] = [];
    for (const pair of pairsOf(value as Pairs<unknown>) as Iterable<unknown>) {
      if (!Array.isArray(pair) || pair.length !== 2) throw misfit(`${where}: a pair`, 'an array of two', pair);
      const [name, one] = pair as unknown[];
      text(name, `${where}: a name`);
      if (one !== undefined) read.push([name, check(one, `${where}[${shown(name)}]`)]);
    }
    return read;
  };
}

/** What fits one of two checks: the second says what is wrong. */
export function either(accepts: (value: unknown) => boolean, otherwise: Check): Check {
  return (value, where) => (accepts(value) ? value : otherwise(value, where));
}

/** The bytes of a module, a text or a stream: a Uint8Array (or a Buffer), of whatever realm. */
export function isBytes(value: unknown): value is Uint8Array {
  return typeof value === 'object' && value !== null && typedArrayName.call(value) === 'Uint8Array';
}

/** The name of a typed array's own kind, by its internal slot: asks nothing of a Proxy or of a subclass. */
const typedArrayName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)?.get as (this: unknown) => string | undefined;

/** The bytes of a module. @throws TypeError that says how to get them from a text, a path, a buffer or another view. */
export function moduleBytes(who: string, value: unknown): Uint8Array {
  if (!isBytes(value)) throw misfit(`${who}: the module`, `its bytes as a Uint8Array${insteadOf(value)}`, value);
  return value;
}

/** A module as it is in the syntax, of whatever maker. @throws TypeError that says how to get one. */
export function checkModule(who: string, value: unknown): void {
  const has = (name: string): boolean => typeof value === 'object' && value !== null && name in value;
  if (has('types') && has('funcs') && has('exports')) return;
  const hint = isBytes(value)
    ? ' (decodeModule reads these bytes)'
    : has('module')
      ? ' (its property module is one)'
      : '';
  throw misfit(`${who}: the module`, `one that decodeModule or parseModule made${hint}`, value);
}

/** What to do with a value that is not the bytes of a module. */
function insteadOf(value: unknown): string {
  if (typeof value === 'string') {
    const start = value.trimStart();
    const isText = start === '' || start.startsWith('(') || start.startsWith(';;');
    return isText ? ' (for a text, assemble of wasmi-ts/text makes them)' : ' (for a file, readFileSync reads them)';
  }
  if (ArrayBuffer.isView(value)) return ' (new Uint8Array(view.buffer, view.byteOffset, view.byteLength) shows them)';
  const isBuffer = typeof value === 'object' && value !== null && 'byteLength' in value;
  return isBuffer ? ' (new Uint8Array(buffer) shows them)' : '';
}

/** A TypeError for a value of a wrong kind. `where` is what it was given for. */
export function misfit(where: string, wanted: string, value: unknown): TypeError {
  return new TypeError(`${where} has to be ${wanted}, not ${shown(value)}`);
}

function outOfRange(where: string, what: string, least: number, value: number, most?: number): RangeError {
  const bounds = most === undefined ? `${least} or more` : `a whole number from ${least} to ${most}`;
  return new RangeError(`${where} has to be ${what}, ${bounds}, not ${value}`);
}

const LONGEST_SHOWN = 40;

/** A value in messages; runs nothing of it. */
export function shown(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}...` : value);
  }
  if (value === null || value === undefined || typeof value === 'boolean' || typeof value === 'number')
    return `${value}`;
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : (typedName(value) ?? 'an object');
  return withArticle(typeof value);
}

function typedName(value: object): string | undefined {
  const name = typedArrayName.call(value);
  return name === undefined ? undefined : withArticle(name);
}

/** A noun with its article, by its first letter. */
export function withArticle(noun: string): string {
  return `${'aeioAEIO'.includes(noun.charAt(0)) ? 'an' : 'a'} ${noun}`;
}

/** A TypeError for a name that is not one of those known: it names the nearest one, or all. */
export function unknownName(
  where: string,
  kind: string,
  name: string,
  known: readonly string[],
  quote: (name: string) => string = shown,
): TypeError {
  const near = nearest(name, known);
  const hint =
    near === undefined ? `there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}` : `did you mean "${near}"?`;
  return new TypeError(`${where}: unknown ${kind} ${quote(name)}; ${hint}`);
}

/** The known name that a misspelt one is most like; undefined where it is like none: few letters differ, or one begins with the other. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const given = name.slice(0, LONGEST_SHOWN).toLowerCase();
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const one of known) {
    const other = one.toLowerCase();
    const begins = given.length > 2 && (other.startsWith(given) || given.startsWith(other));
    const distance = begins ? 1 : editDistance(given, other);
    // Of short names, two other letters make another word.
    const far = other.charAt(0) === given.charAt(0) || other.length > 4 ? 2 : 1;
    if (distance < least && distance <= Math.max(far, Math.floor(other.length / 3))) {
      best = one;
      least = distance;
    }
  }
  return best;
}

/** Letters to change, add or take away to make one of the other; both are short. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
