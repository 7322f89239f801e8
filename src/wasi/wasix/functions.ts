// What a WASIX module imports: its own functions, those of preview 1 with the meaning that WASIX gives them, from whichever
// module they come, and for what is not known here, functions that return NOSYS.
// https://wasix.org
import { type Module, funcTypeOf, importedFuncs } from '../../syntax/module.ts';
import { emptyRecord } from '../../syntax/records.ts';
import { type FuncType, I32, I64 } from '../../syntax/types.ts';
import { ERRNO } from '../host/errno.ts';
import type { DispatchOptions, HostFunction } from '../kernel/dispatcher.ts';
import { importsOf, interfaceOf, joined, type SystemInterface } from '../kernel/interface.ts';
import { declarationsOf } from '../kernel/table.ts';
import { PREVIEW1 } from '../preview1/abi.ts';
import { functionsOf } from '../preview1/calls.ts';
import { pollOneoff } from '../preview1/poll.ts';
import { valueText } from '../preview1/strace-values.ts';
import type { Chapter } from './chapter.ts';
import { descriptors, fdRenumber, fdWrite } from './descriptors.ts';
import { environment } from './environment.ts';
import { events } from './events.ts';
import { type Generation, WASIX_MODULES } from './generation.ts';
import { linking } from './linking.ts';
import { sockRecv, sockSend } from './messages.ts';
import { pollHabits } from './poll.ts';
import { ports } from './ports.ts';
import { processes } from './processes.ts';
import { sockets } from './sockets.ts';
import { stack } from './stack.ts';
import { threads } from './threads.ts';

type Say = ((line: string) => void) | undefined;

type Functions = Readonly<Record<string, HostFunction>>;

export function chaptersOf(generation: Generation): Chapter[] {
  const first = [sockets(generation), descriptors(generation), environment(), events(), threads()];
  return [...first, stack(), processes(), ports(), linking()].flat();
}

/** All functions of a generation, of whatever types there are. */
export function wasixFunctions(generation: Generation, options: DispatchOptions, strace: Say): SystemInterface {
  const { pointer } = generation;
  const texts = { value: shown, sending: [], arguments: {}, results: {} };
  const own = chaptersOf(generation).map(({ table, calls, prices }) =>
    interfaceOf({ declared: declarationsOf(table, pointer), calls, prices, texts }, options, strace),
  );
  const calls = {
    fd_renumber: fdRenumber,
    fd_write: fdWrite,
    poll_oneoff: pollOneoff(PREVIEW1, pollHabits(generation)),
    sock_recv: sockRecv,
    sock_send: sockSend,
  };
  return joined([...own, functionsOf(PREVIEW1, options, strace, { pointer, calls })]);
}

function shown(type: string, value: number | bigint): string {
  return valueText(type, value, PREVIEW1);
}

/**
 * The functions for a WASIX module, by the modules that it imports them from. Names that WASIX does not have, and types that
 * none of its generations has, are functions that return NOSYS.
 */
export function wasixImports(
  module: Module,
  generation: Generation,
  options: DispatchOptions,
  strace: Say,
): Readonly<Record<string, Functions>> {
  const functions = wasixFunctions(generation, options, strace);
  const known = importsOf(functions);
  const imports = emptyRecord<Functions>();
  imports[PREVIEW1.moduleName] = known;
  for (const from of WASIX_MODULES.keys()) imports[from] = { ...known, ...unknowns(module, from, functions, strace) };
  return imports;
}

function unknowns(module: Module, from: string, functions: SystemInterface, strace: Say): Functions {
  const found = emptyRecord<HostFunction>();
  let index = 0;
  for (const { module: name, name: called } of importedFuncs(module)) {
    const type = funcTypeOf(module, index++);
    if (name !== from || type === undefined) continue;
    const one = functions[called];
    if (one !== undefined && [one, ...(one.others ?? [])].some((other) => isSame(other.type, type))) continue;
    found[called] = unknown(called, type, strace);
  }
  return found;
}

function isSame({ params, results }: FuncType, other: FuncType): boolean {
  const same = (a: readonly number[], b: readonly number[]): boolean =>
    a.length === b.length && a.every((one, i) => one === b[i]);
  return same(params, other.params) && same(results, other.results);
}

/** NOSYS as far as the type can say it. */
function unknown(name: string, { results }: FuncType, strace: Say): HostFunction {
  const answers = results.map((type) =>
    type === I32 ? ERRNO.NOSYS : type === I64 ? BigInt(ERRNO.NOSYS) : type > 0 ? null : 0,
  );
  return () => {
    strace?.(`${name}(...) = NOSYS`);
    return (answers.length < 2 ? answers[0] : answers) as never;
  };
}
