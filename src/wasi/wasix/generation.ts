// Which WASIX a module speaks. The interface grew without a version: its generations are told apart by what is imported.
// https://wasix.org  The names of the modules say how wide pointers are.
import type { Module } from '../../syntax/module.ts';
import type { PointerType } from '../kernel/table.ts';
import { FUNCTIONS } from '../preview1/abi.ts';

/** The modules that its functions are imported from. Preview 1's functions may come from there, too. */
export const WASIX_MODULES: ReadonlyMap<string, PointerType> = new Map([
  ['wasix_32v1', 'i32'],
  ['wasix_64v1', 'i64'],
]);

export interface Generation {
  readonly moduleName: string;
  readonly pointer: PointerType;
  /**
   * That of January 2023: its pipes are duplex, descriptors are closed twice, a time-out of nothing is over at once, and some
   * functions have other types.
   */
  readonly isFirst: boolean;
}

const PREVIEW1_NAMES: ReadonlySet<string> = new Set(Object.keys(FUNCTIONS));

/** Undefined: the module imports nothing of WASIX. */
export function generationOf({ imports }: Pick<Module, 'imports'>): Generation | undefined {
  const wasix = imports.filter(({ module }) => WASIX_MODULES.has(module));
  const [first] = wasix;
  if (first === undefined) return undefined;
  // Compilers imported preview 1's functions from there until May 2023, and never since.
  const isFirst = wasix.some(({ name }) => PREVIEW1_NAMES.has(name));
  return { moduleName: first.module, pointer: WASIX_MODULES.get(first.module) as PointerType, isFirst };
}
