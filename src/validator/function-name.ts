// The name of a function, for messages only: read from the name section when the first error asks for it.
import { decodeNames } from '../decoder/names.ts';
import type { Module } from '../syntax/module.ts';

/** The function's name, or undefined where the module gives none. Never throws. */
export function functionName(module: Module, func: number): string | undefined {
  return decodeNames(module).funcs.get(func);
}
