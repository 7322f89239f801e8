// Tells what a program does, one line per instruction.
// It is a monitor of traced code: an instruction's line is written when its results are known, that is when the next
// instruction of the same frame begins, a call is entered, or an error stops the thread. docs/tracing.md shows it.
import { amount, callable, checkOptions, listOf, oneOf, type Shape, text } from '../options.ts';
import { isError } from '../errors.ts';
import type { Monitor, ProbeEvent } from '../interpreter/threads/probe.ts';
import { shownText } from '../syntax/shown.ts';
import { nameText } from '../syntax/visible.ts';
import type { ValidModule } from '../validator/module.ts';
import { type Begun, begin, topValues } from './begin.ts';
import type { Instruction } from '../inspect/function-info.ts';
import { JSON_HEADER, stepJson } from './json.ts';
import { ModuleInfos } from '../inspect/module-info.ts';
import type { TypedValue } from '../inspect/values.ts';
import type { BranchEffect, Step } from './step.ts';
import { TEXT_HEADER, stepText } from './text.ts';

/** Kinds of lines: all; calls, returns and host calls; memory accesses; branches. */
export type TraceKind = 'ops' | 'calls' | 'mem' | 'branch';

export interface TracerOptions {
  /** Takes a line, without line end. */
  write(line: string): void;
  /** Instructions that are written at most; the program runs on, and the rest is counted. Unlimited by default. */
  readonly limit?: number | undefined;
  /** Only functions whose name, export name or index fits; `*` stands for any characters. */
  readonly filter?: string | undefined;
  /** 'text' by default. */
  readonly format?: 'text' | 'json' | undefined;
  /** Only lines of these kinds; all by default. */
  readonly only?: readonly TraceKind[] | undefined;
  /** What stands before the names of a module's functions; by default nothing for the first module that is met. */
  nameModule?: ((module: ValidModule) => string | undefined) | undefined;
}

const TRACER_OPTIONS: Shape<TracerOptions> = {
  write: callable,
  limit: amount('a number of instructions'),
  filter: text,
  format: oneOf('text', 'json'),
  only: listOf(oneOf('ops', 'calls', 'mem', 'branch')),
  nameModule: callable,
};

/**
 * Writes what traced instances do. Give it to `instantiate` as `monitor`, and call `finish` at the end.
 *
 *     const tracer = new Tracer({ write: (line) => lines.push(line) });
 *     instantiate(module, imports, { monitor: tracer }).call('run');
 *     tracer.finish();
 */
export class Tracer implements Monitor {
  private readonly options: TracerOptions;
  private readonly modules: ModuleInfos;
  private readonly all: boolean;
  private readonly limit: number;
  /** By thread: the instruction that has begun and not ended. */
  private readonly open = new Map<object, Begun>();
  /** The last instruction without a line: if an error stops it, it gets one. */
  private silent: { readonly event: ProbeEvent; readonly number: number; readonly counted: boolean } | undefined;
  private lastThread: object | undefined;
  private lastError: unknown;
  private steps = 0;
  private written = 0;
  private unwritten = 0;
  private started = false;

  /** @throws TypeError or RangeError for an option that is unknown or does not fit. */
  constructor(given: TracerOptions) {
    const options = checkOptions('Tracer', given, TRACER_OPTIONS);
    // Methods of the object that was given keep their `this`.
    const write = callable(options.write, 'Tracer: option "write"') as TracerOptions['write'];
    const { only, limit } = options;
    this.options = { ...options, write: write.bind(given) };
    this.modules = new ModuleInfos(options.nameModule?.bind(given));
    this.all = only === undefined || only.length === 0 || only.includes('ops');
    this.limit = limit ?? Number.POSITIVE_INFINITY;
  }

  /** Instructions that have begun. */
  get count(): number {
    return this.steps;
  }

  instruction(event: ProbeEvent): void {
    const number = this.steps++;
    const { thread } = event;
    if (thread !== this.lastThread) this.switchThread(thread);
    const before = this.open.get(thread);
    if (before !== undefined) {
      this.open.delete(thread);
      this.complete(before, event);
    }
    const wanted = this.wants(event);
    if (!wanted || this.written >= this.limit) {
      if (wanted) this.unwritten++;
      this.silent = { event, number, counted: wanted };
      return;
    }
    this.written++;
    this.silent = undefined;
    const begun = begin(event, number, this.modules.of(event.instance.module), this.modules);
    if (begun.complete) this.write(begun, { outputs: [] });
    else this.open.set(thread, begun);
  }

  stopped(thread: object, error: unknown): void {
    this.lastError = error;
    const begun = this.open.get(thread);
    if (begun !== undefined) {
      this.open.delete(thread);
      this.write(begun, { stop: errorText(error) });
      return;
    }
    const { silent } = this;
    if (silent?.event.thread !== thread || isError(error, 'exit')) return;
    this.silent = undefined;
    // With its own line it is no longer one of those that have none.
    if (silent.counted) this.unwritten--;
    this.writeRest();
    const { event, number } = silent;
    const late = begin(event, number, this.modules.of(event.instance.module), this.modules);
    this.write(late, { stop: errorText(error) });
  }

  /** Writes what has begun and not ended, and how many instructions were not written. */
  finish(error?: unknown): void {
    const stop = error === undefined || error === this.lastError ? undefined : errorText(error);
    for (const begun of this.open.values()) {
      if (!begun.shown || stop !== undefined) this.write(begun, stop === undefined ? {} : { stop });
    }
    this.open.clear();
    this.writeRest();
  }

  /** A host function that calls back gets its line before what it calls. */
  private switchThread(thread: object): void {
    const begun = this.lastThread === undefined ? undefined : this.open.get(this.lastThread);
    if (begun !== undefined && begun.callee?.kind === 'host' && !begun.shown) {
      this.write(begun, {});
      begun.shown = true;
    }
    this.lastThread = thread;
  }

  private wants({ instance, func, probe }: ProbeEvent): boolean {
    const { filter, only } = this.options;
    if (filter === undefined && this.all) return true;
    const module = this.modules.of(instance.module);
    if (filter !== undefined && !module.fits(func, filter)) return false;
    return this.all || isOfKind(module.func(func).instruction(probe.offset), only as readonly TraceKind[]);
  }

  /** The thread goes on with another instruction. */
  private complete(begun: Begun, next: ProbeEvent): void {
    const { event, instruction } = begun;
    const sameFrame =
      next.depth === event.depth &&
      next.func === event.func &&
      next.instance === event.instance &&
      !instruction.row.name.startsWith('return_');
    if (!sameFrame) {
      this.write(begun, {});
      return;
    }
    const { offset, height } = next.probe;
    if (offset === instruction.next) {
      const count = height - (event.probe.height - instruction.pops);
      this.write(begun, { outputs: topValues(next, count), ...lateBranch(instruction, undefined) });
    } else this.write(begun, { outputs: [], ...lateBranch(instruction, offset) });
  }

  private write(begun: Begun, end: End): void {
    const { event, info, instruction, watch } = begun;
    // A host call that called back has its line; only what it returns is missing.
    if (begun.shown && end.stop === undefined && (end.outputs ?? []).length === 0) return;
    const effect = end.outputs === undefined ? undefined : watch?.();
    const { offset } = event.probe;
    this.line({
      number: begun.number,
      depth: event.depth,
      func: info.name,
      pc: offset,
      at: offset - info.start,
      op: instruction.row.name,
      imm: instruction.imm,
      shape: instruction.shape,
      inputs: begun.inputs,
      outputs: end.outputs,
      effects: effect === undefined ? [] : [effect],
      branch: end.branch ?? begun.branch,
      call: begun.callee,
      returns: begun.returns,
      stop: end.stop,
      again: begun.shown,
    });
  }

  /** Writes the line of a system call (`strace` of WASI), which counts as no instruction, among the others. */
  note(line: string): void {
    const json = this.options.format === 'json';
    // The header of the text is about instructions.
    if (json || this.steps > 0) this.begin();
    this.options.write(json ? JSON.stringify({ wasi: line }) : line);
  }

  private line(step: Step): void {
    this.begin();
    this.options.write((this.options.format === 'json' ? stepJson : stepText)(step, this.modules.nameFunc));
  }

  /** The first line of a trace says what the others are. */
  private begin(): void {
    if (!this.started) this.options.write(this.options.format === 'json' ? JSON_HEADER : TEXT_HEADER);
    this.started = true;
  }

  private writeRest(): void {
    const { unwritten } = this;
    this.unwritten = 0;
    if (unwritten === 0) return;
    this.begin();
    const json = this.options.format === 'json';
    const s = unwritten === 1 ? '' : 's';
    this.options.write(
      json ? JSON.stringify({ more: unwritten }) : `… ${unwritten} more instruction${s} (--trace-limit)`,
    );
  }
}

/** How an instruction ended, as far as it is known. */
interface End {
  readonly outputs?: readonly TypedValue[];
  readonly branch?: BranchEffect;
  readonly stop?: string;
}

function isOfKind(
  { calls, returns, labels, touchesMemory, branches }: Instruction,
  only: readonly TraceKind[],
): boolean {
  return only.some((kind) => {
    if (kind === 'calls') return calls || returns || labels.some((label) => label.kind === 'func');
    return kind === 'mem' ? touchesMemory : kind === 'branch' && branches;
  });
}

/** Branches that look at references: where they went shows where the next instruction is. An exception jumps as well. */
function lateBranch({ branches }: Instruction, to: number | undefined): { branch?: BranchEffect } {
  if (to === undefined) return branches ? { branch: { taken: false, to, word: 'not taken' } } : {};
  return { branch: { taken: true, to, word: branches ? 'taken' : 'caught' } };
}

/** What stopped a thread, on one line and safe to show. */
function errorText(error: unknown): string {
  const [line] = messageOf(error).split('\n');
  const escaped = nameText(line).slice(1, -1).split('\\\\');
  const message = escaped.map((part) => part.split('\\"').join('"')).join('\\');
  if (isError(error, 'trap') || isError(error, 'exhaustion')) return `trap: ${message}`;
  if (isError(error, 'exit')) return message;
  const name = nameOf(error);
  return name === undefined ? message : `${nameText(name).slice(1, -1)}: ${message}`;
}

/** The name of an error; undefined for what is none, and what cannot be asked. */
function nameOf(error: unknown): string | undefined {
  try {
    return error instanceof Error ? String(error.name) : undefined;
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : shownText(error);
  } catch {
    return 'an error without a text';
  }
}
