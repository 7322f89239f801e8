// A system interface: the functions that a module may import by one namespace name, each with its type.
// Engines that know function instances compare the types when they link; to all others they are plain functions.
// What the functions do, and which there are, is the business of each interface.
import { emptyRecord } from '../../syntax/records.ts';
import { type CallerHost, standFor, typedHost } from '../../runtime/func.ts';
import type { FuncType } from '../../syntax/types.ts';
import type { HostFunction } from './dispatcher.ts';

export interface TypedFunction {
  readonly type: FuncType;
  readonly run: CallerHost;
}

export type SystemInterface = Readonly<Record<string, TypedFunction>>;

/** The functions as values to import, in a frozen object without a prototype. */
export function importsOf(functions: SystemInterface): Readonly<Record<string, HostFunction>> {
  const imports = emptyRecord<HostFunction>();
  for (const [name, one] of Object.entries(functions)) imports[name] = callable(name, one);
  return Object.freeze(imports);
}

/** A JavaScript function that stands for the typed one. */
function callable(name: string, { type, run }: TypedFunction): HostFunction {
  const made = ((...args) => run(undefined, args, true)) as HostFunction;
  Object.defineProperty(made, 'name', { value: name, configurable: true });
  Object.defineProperty(made, 'length', { value: type.params.length, configurable: true });
  standFor(made, typedHost(type, run));
  return made;
}
