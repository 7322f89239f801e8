// Which system interfaces there are, by the modules that their functions are imported from.
import type { DispatchOptions } from './kernel/dispatcher.ts';
import type { SystemInterface } from './kernel/interface.ts';
import { type Layout, PREVIEW0, PREVIEW1 } from './preview1/abi.ts';
import { functionsOf } from './preview1/calls.ts';
import { withSockets } from './wasmedge/calls.ts';
import { THREADS_MODULE, threadFunctions } from './threads.ts';

type Interface = (options: DispatchOptions, strace: ((line: string) => void) | undefined) => SystemInterface;

const preview =
  (layout: Layout): Interface =>
  (options, strace) =>
    functionsOf(layout, options, strace);

export const INTERFACES: ReadonlyMap<string, Interface> = new Map([
  [PREVIEW1.moduleName, (options, strace) => withSockets(functionsOf(PREVIEW1, options, strace), options, strace)],
  [PREVIEW0.moduleName, preview(PREVIEW0)],
  [THREADS_MODULE, ({ callers }, strace) => threadFunctions(callers, strace)],
]);
