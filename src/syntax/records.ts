// Records whose names come from outside (a module, a guest, a command line, an embedder): looking a name up finds what
// was put there and never what Object.prototype has, such as `toString` or `constructor`; `__proto__` is a name like any
// other. Tables of our own that such names are looked up in are Maps. tests/architecture.test.ts holds src to it.

const OWN = Object.prototype.hasOwnProperty;

/** A record without prototype, to be filled with names from outside. */
export function emptyRecord<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}

/** Freezes plain data of our own and all that it holds. */
export function frozen<T>(data: T): T {
  const pending: unknown[] = [data];
  for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
    if (typeof one === 'object' && one !== null)
      for (const part of Object.values(Object.freeze(one))) pending.push(part);
  }
  return data;
}

/** The same entries where no prototype is found, frozen: a table that is handed out. */
export function frozenRecord<T extends object>(entries: T): T {
  return frozen(Object.assign(emptyRecord(), entries)) as T;
}

/** The record's own property of a name; undefined where there is none, and for no record. */
export function own<T>(record: Readonly<Record<string, T>> | null | undefined, name: string): T | undefined {
  return record !== undefined && record !== null && OWN.call(record, name) ? record[name] : undefined;
}
