// CompileError, LinkError, RuntimeError and SuspendError, and how errors of the engine become those and back.
// https://webassembly.github.io/spec/js-api/#error-objects https://webassembly.github.io/spec/js-api/#errors
// A trap that JavaScript saw and lets through is the same trap again: no handler of wasm catches it.
import { type BacktraceFrame, type ExhaustionError, type Trap, backtraceOf, isError } from '../errors.ts';

/** A constructor like those of TypeError and its kin: may be called without `new`. */
export interface NativeErrorConstructor {
  new (message?: string, options?: { readonly cause?: unknown }): Error;
  (message?: string, options?: { readonly cause?: unknown }): Error;
  readonly prototype: Error;
}

function nativeError(name: string): NativeErrorConstructor {
  const ctor = function (...args: unknown[]): object {
    return Reflect.construct(Error, args, new.target ?? ctor) as object;
  } as unknown as NativeErrorConstructor;
  const prototype = Object.create(Error.prototype, {
    constructor: { value: ctor, writable: true, configurable: true },
    name: { value: name, writable: true, configurable: true },
    message: { value: '', writable: true, configurable: true },
  }) as Error;
  Object.defineProperty(ctor, 'prototype', { value: prototype, writable: false });
  Object.defineProperty(ctor, 'name', { value: name, configurable: true });
  Object.defineProperty(ctor, 'length', { value: 1, configurable: true });
  return Object.setPrototypeOf(ctor, Error) as NativeErrorConstructor;
}

export const CompileError = nativeError('CompileError');
export const LinkError = nativeError('LinkError');
export const RuntimeError = nativeError('RuntimeError');
export const SuspendError = nativeError('SuspendError');

/** What JavaScript saw of an error of the engine, and the other way round. */
const OUTSIDE = new WeakMap<object, Error>();
const INSIDE = new WeakMap<object, Trap | ExhaustionError>();

/** Lines of a stack as V8 writes those of wasm. */
function stackLines(frames: readonly BacktraceFrame[]): string {
  return frames
    .map(({ func, funcName, offset, moduleName }) => {
      const at = offset === undefined ? '' : `:0x${offset.toString(16)}`;
      const where = `wasm://wasm/${moduleName ?? 'module'}:wasm-function[${func}]${at}`;
      return `    at ${funcName === undefined ? where : `${funcName} (${where})`}\n`;
    })
    .join('');
}

/** Puts the frames of wasm on top of an error's stack. */
function withFrames(error: Error, frames: readonly BacktraceFrame[]): Error {
  const { stack } = error;
  if (typeof stack !== 'string' || frames.length === 0) return error;
  const end = stack.indexOf('\n    at ');
  if (end < 0) return error;
  const value = `${stack.slice(0, end + 1)}${stackLines(frames)}${stack.slice(end + 1)}`;
  Object.defineProperty(error, 'stack', { value, writable: true, configurable: true });
  return error;
}

/** What is used up, in the words and by the class of browsers: an array that is too large is a RuntimeError. */
function usedUp({ resource, message }: ExhaustionError): Error {
  if (resource === 'calls') return new RangeError(`Maximum call stack size exceeded: ${message}`);
  if (resource === 'array') return new RuntimeError(`requested new array is too large: ${message}`);
  return new RangeError(message);
}

/** The error that JavaScript sees for one that ended an execution; other errors stay as they are. */
export function runtimeErrorOf(error: unknown): unknown {
  if (isError(error, 'trap') || isError(error, 'exhaustion')) {
    const known = OUTSIDE.get(error);
    if (known !== undefined) return known;
    const made = withFrames(
      isError(error, 'trap') ? new RuntimeError(error.message) : usedUp(error),
      backtraceOf(error),
    );
    OUTSIDE.set(error, made);
    INSIDE.set(made, error);
    return made;
  }
  return isError(error, 'unsupported') ? new RuntimeError(error.message) : error;
}

/** The trap that JavaScript lets through, where it is one. */
export function trapOf(error: unknown): Trap | ExhaustionError | undefined {
  return typeof error === 'object' && error !== null ? INSIDE.get(error) : undefined;
}

/** The error of compiling. */
export function compileErrorOf(error: unknown, who: string): unknown {
  const ours = isError(error, 'malformed') || isError(error, 'invalid') || isError(error, 'unsupported');
  return ours ? new CompileError(`${who}: ${error.message}`) : error;
}

/** The error of instantiation. */
export function linkErrorOf(error: unknown, who: string): unknown {
  if (isError(error, 'link')) return new LinkError(`${who}: ${error.message}`);
  if (isError(error, 'exhaustion') && backtraceOf(error).length === 0)
    return new RangeError(`${who}: ${error.message}`);
  return runtimeErrorOf(error);
}
