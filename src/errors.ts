// Every error class that the project throws on purpose, and the kinds of trap.
// Each message begins with the testsuite's phrase; `code` is stable and meant for programs.
// The texts themselves live with the layer that speaks them (decoder/messages.ts, validator/messages.ts, ...).

import { brand, brandOf } from './brand.ts';

/** Where in the module something was found wrong. Every part is optional, since not every layer knows all of it. */
export interface Place {
  /** Byte offset from the start of the module (binary) or of the code that was made from the text. */
  readonly offset?: number;
  /** Function index in the module's function index space. */
  readonly func?: number;
  /** The function's name, without `$`, where the name section or the text gives one. */
  readonly funcName?: string;
  /** Line and column of the text format, both counted from 1. */
  readonly line?: number;
  readonly column?: number;
}

/** Base of all errors here: a message, a stable code, and the place where it is known. */
export abstract class WasmError extends Error {
  /** Written out in each class, because minifiers rename classes. */
  abstract override readonly name: string;
  /** Stable, for programs: one string per class. */
  abstract readonly code: string;
  declare readonly offset?: number;
  declare readonly func?: number;
  declare readonly funcName?: string;
  declare readonly line?: number;
  declare readonly column?: number;
  constructor(message: string, place: Place = {}) {
    super(message);
    // What is not known is not there: hosts print every property of an error.
    for (const [part, value] of Object.entries(place)) if (value !== undefined) Object.assign(this, { [part]: value });
  }
}

/** The bytes or the text are not a module (assert_malformed). */
export class MalformedError extends WasmError {
  override readonly name: string = 'MalformedError';
  readonly code: string = brand(this, 'malformed');
}

/** Decoded, but ill-typed (assert_invalid). */
export class InvalidError extends WasmError {
  override readonly name: string = 'InvalidError';
  readonly code: string = brand(this, 'invalid');
}

/** Needs a feature that is switched off; `feature` names it (see syntax/features.ts). */
export class UnsupportedError extends WasmError {
  override readonly name: string = 'UnsupportedError';
  readonly code: string = brand(this, 'unsupported');
  readonly feature: string;
  constructor(feature: string, message: string, place: Place = {}) {
    super(message, place);
    this.feature = feature;
  }
}

/** An import is missing or does not match (assert_unlinkable). */
export class LinkError extends WasmError {
  override readonly name: string = 'LinkError';
  readonly code: string = brand(this, 'link');
}

/** The kinds of trap, each with the testsuite's phrase. */
export const TRAP_PHRASES = {
  unreachable: 'unreachable',
  'memory-out-of-bounds': 'out of bounds memory access',
  'table-out-of-bounds': 'out of bounds table access',
  'undefined-element': 'undefined element',
  'uninitialized-element': 'uninitialized element',
  'indirect-call-type-mismatch': 'indirect call type mismatch',
  'integer-divide-by-zero': 'integer divide by zero',
  'integer-overflow': 'integer overflow',
  'invalid-conversion': 'invalid conversion to integer',
  'null-reference': 'null reference',
  'null-function-reference': 'null function reference',
  'null-structure-reference': 'null structure reference',
  'null-array-reference': 'null array reference',
  'null-i31-reference': 'null i31 reference',
  'null-exception-reference': 'null exception reference',
  'null-descriptor-reference': 'null descriptor reference',
  'cast-failure': 'cast failure',
  'descriptor-cast-failure': 'descriptor cast failure',
  'array-out-of-bounds': 'out of bounds array access',
  'unaligned-atomic': 'unaligned atomic',
  'expected-shared-memory': 'expected shared memory',
  'missing-memory': 'missing memory',
} as const;

/** A kind of trap: stable, for programs. */
export type TrapKind = keyof typeof TRAP_PHRASES;

/** One wasm frame of a backtrace, innermost first. */
export interface BacktraceFrame {
  /** Function index in its module. */
  readonly func: number;
  readonly funcName: string | undefined;
  /**
   * Byte offset of the instruction from the start of the module; undefined where finding it out would have taken longer
   * than 50 ms for all frames.
   */
  readonly offset: number | undefined;
  /** The module's name, where the name section has one. */
  readonly moduleName: string | undefined;
}

/** An error that stopped a thread, and knows where. */
export abstract class StoppedError extends WasmError {
  /** The wasm frames where it happened, innermost first, 64 at most; none if no wasm ran. */
  get backtrace(): readonly BacktraceFrame[] {
    return backtraceOf(this);
  }

  /** How many frames there were further out. */
  get moreFrames(): number {
    return FRAMES.get(this)?.more ?? 0;
  }
}

/** Frames that are found out when somebody asks, and how many there are further out. */
export interface Frames {
  find: () => readonly BacktraceFrame[];
  readonly more: number;
}

/** What finds out the wasm frames of errors. Not a method of them: their prototypes may be changed by a host. */
const FRAMES = new WeakMap<WasmError, Frames>();

/** The wasm frames of an error of ours, innermost first. */
export function backtraceOf(error: WasmError): readonly BacktraceFrame[] {
  const known = FRAMES.get(error);
  if (known === undefined) return [];
  const frames = known.find();
  known.find = () => frames;
  return frames;
}

/** Sets what finds an error's frames out, when somebody asks. What the innermost thread says stays. */
export function traceWith(error: WasmError, frames: Frames): void {
  if (!FRAMES.has(error)) FRAMES.set(error, frames);
}

/** Execution trapped (assert_trap). The thread's frames are gone; instances stay usable. */
export class Trap extends StoppedError {
  override readonly name: string = 'Trap';
  readonly code: string = brand(this, 'trap');
  readonly kind: TrapKind;
  constructor(kind: TrapKind, detail = '', place: Place = {}) {
    super(detail === '' ? TRAP_PHRASES[kind] : `${TRAP_PHRASES[kind]}: ${detail}`, place);
    this.kind = kind;
  }
}

/** What an ExhaustionError says is used up: nested calls, room for code, one memory, table or array that is too large for all, or a kind of limits. */
export type Resource =
  | 'calls'
  | 'code'
  | 'array'
  | 'memory'
  | 'table'
  | 'memoryBytes'
  | 'tableElements'
  | 'objectBytes'
  | 'stackBytes'
  | 'threads'
  | 'handles'
  | 'listings'
  | 'socketBytes';

/** Call depth, value stack or another budget is used up (assert_exhaustion). Instances stay usable. */
export class ExhaustionError extends StoppedError {
  override readonly name: string = 'ExhaustionError';
  readonly code: string = brand(this, 'exhaustion');
  readonly resource: Resource;
  constructor(message: string, resource: Resource = 'calls', place: Place = {}) {
    super(message, place);
    this.resource = resource;
  }
}

/** Stopped from outside by fuel, deadline or AbortSignal; the thread can go on later. */
export class Interrupted extends WasmError {
  override readonly name: string = 'Interrupted';
  readonly code: string = brand(this, 'interrupted');
  readonly reason: 'fuel' | 'deadline' | 'abort';
  backtrace: readonly BacktraceFrame[] = [];
  /** Why the signal was aborted, as it was given. */
  declare readonly cause?: unknown;
  constructor(reason: 'fuel' | 'deadline' | 'abort', message: string, cause?: unknown) {
    super(message);
    this.reason = reason;
    if (cause !== undefined) Object.defineProperty(this, 'cause', { value: cause, configurable: true, writable: true });
  }
}

/** A WASI program ended by proc_exit. Not an error: it carries the exit code to whoever started the program. */
export class ExitStatus extends WasmError {
  override readonly name: string = 'ExitStatus';
  readonly code: string = brand(this, 'exit');
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** Cannot happen in valid code: a bug of ours. */
export class InternalError extends WasmError {
  override readonly name: string = 'InternalError';
  readonly code: string = brand(this, 'internal');
  constructor(message: string, place: Place = {}) {
    super(`internal error: ${message} (this is a bug in wasmi-ts; please report it with the module)`, place);
  }
}

interface ByCode {
  readonly malformed: MalformedError;
  readonly invalid: InvalidError;
  readonly unsupported: UnsupportedError;
  readonly link: LinkError;
  readonly trap: Trap;
  readonly exhaustion: ExhaustionError;
  readonly interrupted: Interrupted;
  readonly exit: ExitStatus;
  readonly internal: InternalError;
}

/** Is it an error of ours with a code? For whatever was thrown: no code of the value runs (brand.ts). */
export function isError<C extends keyof ByCode>(value: unknown, code: C): value is ByCode[C] {
  return brandOf(value) === code;
}
