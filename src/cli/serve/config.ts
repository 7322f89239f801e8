// modules.toml: which module answers which route. https://github.com/deislabs/wagi/blob/main/docs/configuring_and_running.md
// A table of keys says what each may be. An error names file and module and key, with the line where TOML itself is wrong.
// Nothing is loaded here.
import { fileURLToPath } from 'node:url';
import { parse, TomlError } from 'smol-toml';
import { nearest } from '../../options.ts';
import { own } from '../../syntax/records.ts';
import { decodeUtf8 } from '../../syntax/utf8.ts';
import { nameText } from '../../syntax/visible.ts';
import { plainPath } from '../../wasi/kernel/resolve.ts';
import { type Route, routeOf, whyNoRoute } from '../../wagi/routes.ts';
import type { Console } from '../console.ts';
import { CliError } from '../failure.ts';
import { fileError, readWhole } from '../host.ts';
import type { Mapping } from '../run-options.ts';

/** A module of the configuration. */
export interface ModuleEntry {
  /** What errors call it. */
  readonly where: string;
  readonly route: Route;
  /** As it was written, or what a file: URL means. */
  readonly file: string;
  readonly entry: string;
  /** The template of its arguments. */
  readonly argv: string | undefined;
  readonly volumes: readonly Mapping[];
}

/** Bytes of a configuration that are read. */
const LONGEST = 2 ** 24;

type Table = Readonly<Record<string, unknown>>;

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** What a value is, in words. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Date) return 'a date';
  const words = new Map([
    ['string', 'a string'],
    ['boolean', 'a boolean'],
    ['object', 'a table'],
  ]);
  return words.get(typeof value) ?? 'a number';
}

/** The keys of a module; those without a meaning here are said to have none. */
const KEYS: ReadonlyMap<string, 'used' | 'ignored'> = new Map([
  ['route', 'used'],
  ['module', 'used'],
  ['entrypoint', 'used'],
  ['argv', 'used'],
  ['volumes', 'used'],
  ['repository', 'ignored'],
  ['allowed_hosts', 'ignored'],
  ['http_max_concurrency', 'ignored'],
]);

/** Reads a configuration. Throws CliError. */
export function readConfiguration(console: Console, path: string): ModuleEntry[] {
  const top = tomlOf(path, textOf(console, path));
  for (const key of Object.keys(top)) {
    if (key !== 'module') throw unknownKey(path, key, ['module']);
  }
  const list = own(top, 'module');
  if (!Array.isArray(list) || list.length === 0) {
    throw new CliError(`${path}: there is no module: each begins with [[module]]`);
  }
  const entries = list.map((one: unknown, i) => moduleEntry(console, `${path}: module ${i + 1}`, one));
  warnOfDoubles(console, entries);
  return entries;
}

function textOf(console: Console, path: string): string {
  try {
    const bytes = readWhole(console.path(path), (_, length) => {
      if (length > LONGEST) throw new CliError(`${path}: longer than ${LONGEST} bytes, and more are not read`);
    });
    const text = decodeUtf8(bytes);
    if (text === undefined) throw new CliError(`${path}: malformed UTF-8 encoding: TOML is UTF-8`);
    return text;
  } catch (error) {
    throw error instanceof CliError ? error : new CliError(`${path}: ${fileError(error)}`);
  }
}

function tomlOf(path: string, text: string): Table {
  try {
    return parse(text, { integersAsBigInt: 'asNeeded' });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [first] = error.message.split('\n');
    const excerpt = error.codeblock.split('\n').filter((line) => line.trim() !== '');
    throw new CliError(
      `${path}:${error.line}:${error.column}: ${first}`,
      excerpt.map((line) => `  ${line}`),
    );
  }
}

function unknownKey(where: string, key: string, known: readonly string[]): CliError {
  const near = nearest(key, known);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return new CliError(`${where}: ${nameText(key)} is no key of it${hint}`);
}

function moduleEntry(console: Console, where: string, given: unknown): ModuleEntry {
  if (!isTable(given)) throw new CliError(`${where}: it has to be a table, not ${kindOf(given)}`);
  for (const key of Object.keys(given)) {
    const use = KEYS.get(key);
    if (use === undefined) throw unknownKey(where, key, [...KEYS.keys()]);
    if (use === 'ignored') console.warning(`${where}: ${key} has no effect here`);
  }
  const route = needed(where, given, 'route');
  const why = whyNoRoute(route);
  if (why !== undefined) throw new CliError(`${where}: route: ${why}`);
  return {
    where,
    route: routeOf(route),
    file: fileOf(where, needed(where, given, 'module')),
    entry: stringAt(where, given, 'entrypoint') ?? '_start',
    argv: stringAt(where, given, 'argv'),
    volumes: volumesOf(console, where, own(given, 'volumes')),
  };
}

function stringAt(where: string, table: Table, key: string): string | undefined {
  const value = own(table, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new CliError(`${where}: ${key}: it has to be a string, not ${kindOf(value)}`);
  if (value === '') throw new CliError(`${where}: ${key}: it is empty`);
  if (value.includes('\0')) throw new CliError(`${where}: ${key}: it has a NUL in it`);
  return value;
}

function needed(where: string, table: Table, key: string): string {
  const value = stringAt(where, table, key);
  if (value === undefined) throw new CliError(`${where}: the key ${key} is missing`);
  return value;
}

/** A path, or a file: URL. What has to be fetched is refused: nothing here talks to a registry. */
function fileOf(where: string, reference: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(reference)?.[1].toLowerCase();
  if (scheme === undefined) return reference;
  if (scheme !== 'file') {
    throw new CliError(`${where}: module: ${scheme}: references are not fetched; name a file that is there`);
  }
  try {
    return fileURLToPath(reference);
  } catch {
    throw new CliError(`${where}: module: ${nameText(reference)} is no file on this machine; write file:///path`);
  }
}

/** `{ "/guest" = "/host" }`, or `{ "/guest" = { path = "/host", readonly = true } }`. */
function volumesOf(console: Console, where: string, given: unknown): Mapping[] {
  if (given === undefined) return [];
  if (!isTable(given)) throw new CliError(`${where}: volumes: it has to be a table, not ${kindOf(given)}`);
  const volumes: Mapping[] = [];
  for (const [guest, value] of Object.entries(given)) {
    const named = `${where}: volumes: ${nameText(guest)}:`;
    if (guest === '' || guest.includes('\0')) throw new CliError(`${named} the program cannot be given such a path`);
    if (volumes.some((one) => plainPath(one.guest) === plainPath(guest))) {
      throw new CliError(`${named} another directory has this path already`);
    }
    volumes.push({ ...volumeOf(console, named, value), guest, named });
  }
  return volumes;
}

function volumeOf(console: Console, named: string, value: unknown): Pick<Mapping, 'host' | 'readOnly'> {
  const table: Table = isTable(value) ? value : { path: value };
  for (const key of Object.keys(table)) {
    if (key !== 'path' && key !== 'readonly') throw unknownKey(named.slice(0, -1), key, ['path', 'readonly']);
  }
  const readOnly = own(table, 'readonly') ?? false;
  if (typeof readOnly !== 'boolean') {
    throw new CliError(`${named} readonly: it has to be a boolean, not ${kindOf(readOnly)}`);
  }
  return { host: console.path(needed(named.slice(0, -1), table, 'path')), readOnly };
}

/** The first route that fits is taken, so a second one with the same text never is. */
function warnOfDoubles(console: Console, entries: readonly ModuleEntry[]): void {
  entries.forEach(({ where, route }, i) => {
    const first = entries.findIndex((other) => other.route.text === route.text);
    if (first < i) console.warning(`${where}: route ${route.text} never gets a request: module ${first + 1} has it`);
  });
}
