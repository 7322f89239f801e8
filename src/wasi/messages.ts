// The texts of the WASI layer's own errors: wrong configuration and wrong use. What a guest does wrong has no text,
// only an error number.
import { shown } from '../options.ts';
import { type FuncType, funcTypeName } from '../syntax/types.ts';
import { nameText } from '../syntax/visible.ts';

export function refuseNul(what: string, text: string): string {
  return `invalid ${what}: ${nameText(text)} contains a NUL character, which ends a string in WASI`;
}

export function refuseDouble(what: string, name: string): string {
  return `invalid ${what}: ${nameText(name)} is given twice`;
}

export function refuseEnvironmentName(name: string): string {
  return `invalid environment variable: the name ${nameText(name)} must not be empty or contain "="`;
}

/** For embedders who give too much; a guest gets the number. */
export function tooManyDescriptors(limit: number): string {
  return `a program has ${limit} descriptors at most, its streams and directories included`;
}

/** For embedders whose engine does not say which instance calls. */
export function noMemory(): string {
  return 'call bind({ memory }) or start(instance) before the guest makes system calls; the instance has to export a memory named "memory"';
}

export function notAMemory(): string {
  return 'what is bound is not a memory: it has neither bytes nor a buffer';
}

/** For guests. */
export function memoryMissing(name: string, kind: string | undefined): string {
  const found = kind === undefined ? 'no export of that name' : `only a ${kind} of that name`;
  return `a system call needs the memory that the module exports as ${nameText(name)}, and there is ${found}`;
}

export function noSignal(signal: unknown): string {
  return `a signal is a number from 0 to 31, not ${shown(signal)}`;
}

export function noEntry(name: string): string {
  return `unknown export: the instance exports no function ${nameText(name)}`;
}

/** `found` and `wanted` with their types, where they have any. */
export function wrongEntry(name: string, found: string, wanted: string): string {
  return `incompatible export type: ${nameText(name)} is ${found}, and has to be a function ${wanted}`;
}

export function bothKinds(): string {
  return 'incompatible exports: "_start" is of a command and "_initialize" of a reactor; a module cannot be both';
}

export function hostEntry(name: string): string {
  return `incompatible export type: ${nameText(name)} is a function of the host, and has to be one of a module`;
}

export function notCallable(name: string): string {
  return `the export ${nameText(name)} is a Func, which is called by the instance's call or callAsync: give start the Instance itself`;
}

export function nobodyWakes(threads: number): string {
  const who = threads === 1 ? 'the only guest thread waits' : `all ${threads} guest threads wait`;
  return `blocking wait: ${who} for a notification of memory without a time-out, and nobody is left to give it`;
}

export function cannotWaitSync(threads: number): string {
  const who = threads === 1 ? 'the only guest thread waits' : `all ${threads} guest threads wait`;
  return `blocking wait: ${who}, and this host cannot wait for it without giving control back; use mode 'async'`;
}

export function needsStart(): string {
  return 'unknown export: the module exports no function "_start", so it is not a program that can be run; a reactor is instantiated and prepared with initialize';
}

export function answersLater(method: string): string {
  return `blocking wait: ${method} of the file system returned a promise, which only a program that runs in mode 'async' can wait for`;
}

export function cannotSuspend(): string {
  return "blocking wait: a system call has to wait, and this engine cannot suspend the program; run it with wasmi-ts (callAsync, or run of WASI), or use mode 'sync'";
}

/** For those who come from node:wasi: this layer has no host of its own. */
export function needsHost(given: string | number, helper: string): string {
  return `${JSON.stringify(given)} means something on a host only; write ${helper}(${JSON.stringify(given)}) of wasmi-ts/node, or use NodeWASI of wasmi-ts/node`;
}

/** A function without a result, called by another engine with what a module says that it takes. */
export function misuse(name: string, type: FuncType): string {
  return `${name} is a function ${funcTypeName(type)}, and was called with values of other kinds`;
}

export function needsRules(): string {
  return 'WASI: option "allow" has to say what the guest may use of a network that reaches out of this process; {} is nothing';
}

export function needsNetwork(): string {
  return 'WASI: option "allow" says what the guest may use of option "network", which is not given';
}

export function needsTurns(): string {
  return 'WASI: option "network" is one that needs turns of the event loop, which there are in mode \'async\' alone';
}

/** For those who wrote a provider. */
export function wrongAnswer(method: string, value: unknown): string {
  return `invalid answer of ${method}: a provider of the system interface returned ${shown(value)}`;
}

export function usedAlready(method: string): string {
  return `WASI.${method}: this WASI object has had its program, or was closed, and its descriptors are for that alone: make a new one for each program`;
}

export function takesNoOptions(): string {
  return 'WASI.start takes the instance alone: fuel and a signal are options of run, or of the calls of an instance';
}

export function streamOfHost(): string {
  return 'is a stream of the host: give outputToFd(1) of wasmi-ts/node for that of the process, or a function, (bytes) => stream.write(bytes)';
}

/** Of a function of the system interface that does not return. */
export function notBuilt(name: string): string {
  return `${name} is not built`;
}
