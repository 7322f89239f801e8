// The functions that are called by name: one table of what they are called as, and the checks that come before anything
// runs. https://github.com/WebAssembly/WASI/blob/wasi-0.1/application-abi.md (commands and reactors)
// https://github.com/WebAssembly/wasi-threads#detailed-design-discussion (threads)
// Not here: who calls them. What a module imports is compared by the engine when it links.
import { counted } from '../syntax/shown.ts';
import { LinkError } from '../errors.ts';
import { funcBehind, isFunc } from '../runtime/func.ts';
import { type Module, funcTypeOf } from '../syntax/module.ts';
import { type FuncType, I32, funcTypeName } from '../syntax/types.ts';
import { bothKinds, wrongEntry } from './messages.ts';

const NOTHING: FuncType = { kind: 'func', params: [], results: [] };

const ENTRIES = {
  /** A command's. */
  _start: NOTHING,
  /** A reactor's. */
  _initialize: NOTHING,
  /** That of a guest thread: its number and its argument. */
  wasi_thread_start: { kind: 'func', params: [I32, I32], results: [] },
  /** The same in the first generation of WASIX: its argument in two halves. */
  _start_thread: { kind: 'func', params: [I32, I32], results: [] },
  /** What it calls at the end of a thread. */
  _thread_local_destroy: { kind: 'func', params: [I32, I32, I32, I32], results: [] },
} as const satisfies Record<string, FuncType>;

export type EntryName = keyof typeof ENTRIES;

/** All that may be called where a program is run. */
export const PROGRAM_ENTRIES = ['_start', '_initialize', 'wasi_thread_start'] as const satisfies readonly EntryName[];
/** The same for one of the first generation of WASIX. */
export const FIRST_ENTRIES: readonly EntryName[] = [...PROGRAM_ENTRIES, '_start_thread', '_thread_local_destroy'];

/** What is exported by a name: its kind in words, and a function's type, or what of it can be seen from outside. */
interface Exported {
  readonly kind: string;
  readonly type?: FuncType | undefined;
  readonly params?: number;
}

type Find = (name: string) => Exported | undefined;

/** What a module exports, before there is an instance. */
export function exportsOfModule(module: Module): Find {
  return (name) => {
    const found = module.exports.find((one) => one.name === name);
    if (found === undefined) return undefined;
    return found.kind === 'func' ? { kind: 'func', type: funcTypeOf(module, found.index) } : { kind: found.kind };
  };
}

/** What an instance of any engine exports: of functions of other engines only the number of parameters can be seen. */
export function exportsOfInstance(exports: Readonly<Record<string, unknown>>): Find {
  return (name) => {
    const value = exports[name];
    if (value === undefined) return undefined;
    const func = isFunc(value) ? value : funcBehind(value);
    if (func !== undefined) return { kind: 'func', type: func.type };
    if (typeof value === 'function') return { kind: 'func', params: value.length };
    const { kind } = Object(value) as { kind?: unknown };
    return { kind: typeof kind === 'string' ? kind : Object.prototype.toString.call(value).slice(8, -1) };
  };
}

/**
 * Checks the entries that may be called: each that is exported has to be a function of its type, and a command is no
 * reactor. @throws LinkError with the name, what it is and what it has to be.
 */
export function checkEntries(find: Find, names: readonly EntryName[]): void {
  for (const name of names) {
    const found = find(name);
    const wanted = ENTRIES[name];
    if (found !== undefined && !fits(found, wanted)) {
      throw new LinkError(wrongEntry(name, describe(found), funcTypeName(wanted)));
    }
  }
  if (find('_start') !== undefined && find('_initialize') !== undefined) throw new LinkError(bothKinds());
}

function fits({ kind, type, params }: Exported, wanted: FuncType): boolean {
  if (kind !== 'func') return false;
  if (type === undefined) return params === wanted.params.length;
  return same(type.params, wanted.params) && same(type.results, wanted.results);
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

function describe({ kind, type, params }: Exported): string {
  if (type !== undefined) return `a function ${funcTypeName(type)}`;
  return kind === 'func' ? `a function of ${counted(params as number, 'parameter')}` : `a ${kind}`;
}
