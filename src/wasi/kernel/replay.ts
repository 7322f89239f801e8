// Answers that come later, for system calls that ask a provider which may answer with a promise.
// The call is left by an exception (Pending), waits, and runs again from its start, as every call that waits does. What
// it has asked before is answered from its log then, so that each question is put once, in the same order.
// Handles are closed at the end of the call only: until then the next try may need them again.
import { UnsupportedError } from '../../errors.ts';
import { quietly } from '../host/errno.ts';
import { answersLater } from '../messages.ts';
import { type Pollable, READABLE, Subscribers } from './pollable.ts';

/** An answer that may be a promise. */
export type Answer<T> = T | PromiseLike<T>;

export function isPromise<T>(answer: Answer<T>): answer is PromiseLike<T> {
  return typeof answer === 'object' && answer !== null && typeof (answer as PromiseLike<T>).then === 'function';
}

/** Something open that a call may have got as an answer. */
export interface Handle {
  /** Really closes it; what fails then, now or later, nobody hears of. */
  release(): unknown;
}

/** A promise whose work need not be done where nobody takes the answer. */
export interface Cancellable<T> extends PromiseLike<T> {
  cancel(): void;
}

/** Leaves a system call until an answer is there. */
export class Pending extends Error {
  readonly answer: Pollable;
  constructor(answer: Pollable) {
    super('an answer is not there yet');
    this.answer = answer;
  }
}

/** One question and its answer, ready as soon as that is there. */
class Question implements Pollable {
  readonly subject: object;
  readonly name: string;
  readonly args: readonly unknown[];
  outcome: { readonly value: unknown } | { readonly error: unknown } | undefined;
  /** While there is no outcome. */
  cancel: (() => void) | undefined;
  private dropped = false;
  private readonly subscribers = new Subscribers();

  constructor(subject: object, name: string, args: readonly unknown[]) {
    this.subject = subject;
    this.name = name;
    this.args = args;
  }

  is(subject: object, name: string, args: readonly unknown[]): boolean {
    return this.subject === subject && this.name === name && args.every((arg, i) => same(arg, this.args[i]));
  }

  ready(): number {
    return this.outcome === undefined ? 0 : READABLE;
  }

  subscribe(wake: () => void): () => void {
    return this.subscribers.add(wake);
  }

  settle(outcome: NonNullable<Question['outcome']>): void {
    this.outcome = outcome;
    this.cancel = undefined;
    if (this.dropped) this.drop();
    this.subscribers.wakeAll();
  }

  /** Nobody asks any more: a handle that was or will be the answer is closed. */
  drop(): void {
    this.dropped = true;
    this.cancel?.();
    quietly(() => this.handle?.release());
  }

  /** What the answer has opened. */
  get handle(): Handle | undefined {
    const { outcome } = this;
    return outcome !== undefined && 'value' in outcome ? handleIn(outcome.value) : undefined;
  }
}

function handleIn(value: unknown): Handle | undefined {
  const handle = value as Partial<Handle> | null | undefined;
  return typeof handle === 'object' && typeof handle?.release === 'function' ? (handle as Handle) : undefined;
}

/** Equal values, or plain objects with equal fields (options, times). */
function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (!isPlain(one) || !isPlain(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => Object.is(one[key], other[key]));
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The log of one system call. */
export class Replay {
  /** The guest can be suspended until an answer is there. */
  readonly mayWait: boolean;
  private questions: Question[] = [];
  private next = 0;
  /** An answer was a promise. */
  private late = false;
  private readonly closing = new Set<Handle>();

  constructor(mayWait = false) {
    this.mayWait = mayWait;
  }

  /** Runs one try of the call. Throws Pending when an answer has to be waited for. */
  run<T>(attempt: () => T): T {
    this.next = 0;
    this.closing.clear();
    return this.goOn(attempt);
  }

  /** Goes on with a try that has paused. */
  goOn<T>(attempt: () => T): T {
    const before = current;
    current = this;
    try {
      return attempt();
    } finally {
      current = before;
    }
  }

  /** The call has ended: what it closed is closed. */
  finish(): void {
    for (const handle of this.closing) quietly(() => handle.release());
  }

  /** The call will not be run again: what it opened is closed, and what it has closed. */
  abandon(): void {
    const opened = new Set(this.questions.map((question) => question.handle));
    for (const question of this.questions) question.drop();
    for (const handle of this.closing) if (!opened.has(handle)) quietly(() => handle.release());
    this.questions = [];
    this.closing.clear();
  }

  ask<T>(subject: object, name: string, args: readonly unknown[], put: () => Answer<T>): T {
    const at = this.next++;
    const known = this.questions[at];
    if (known?.is(subject, name, args)) return outcomeOf(known) as T;
    // The guest's memory has changed between two tries: from here on the call is another one.
    for (const question of this.questions.splice(at)) question.drop();
    const question = new Question(subject, name, args);
    this.questions.push(question);
    try {
      const answer = put();
      if (!isPromise(answer)) question.settle({ value: answer });
      else {
        this.late = true;
        if ('cancel' in answer) question.cancel = () => (answer as Cancellable<T>).cancel();
        answer.then(
          (value) => question.settle({ value }),
          (error: unknown) => question.settle({ error }),
        );
      }
    } catch (error) {
      question.settle({ error });
    }
    return outcomeOf(question) as T;
  }

  close(handle: Handle): void {
    this.closing.add(handle);
  }

  get hasWaited(): boolean {
    return this.late && this.next >= this.questions.length;
  }

  /** The next try begins after what was asked so far: it is not asked again, and nothing that it opened is needed. */
  forget(): void {
    this.finish();
    this.closing.clear();
    this.questions.splice(0, this.next);
    this.next = 0;
  }
}

function outcomeOf(question: Question): unknown {
  const { outcome } = question;
  if (outcome === undefined) throw new Pending(question);
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

/** The log of the call that is being tried at this moment: tries never give control back. */
let current: Replay | undefined;

/** Whether a system call is being tried that can wait for a promise: what it asks may be answered by one. */
export function mayWait(): boolean {
  return current?.mayWait === true;
}

/**
 * Whether the call that is being tried has waited for an answer, and has them all: what it asks now would be new. A call
 * that ends here, with what it has moved, is not tried again from its start for each piece.
 */
export function hasWaited(): boolean {
  return current?.hasWaited === true;
}

/** Of the call that is being tried; see there. */
export function forgetAsked(): void {
  current?.forget();
}

/**
 * Asks `subject` a question: the name and the arguments say which it is. Within a system call a promise is waited for;
 * elsewhere, where nobody can wait, it is an UnsupportedError.
 */
export function ask<T>(subject: object, name: string, args: readonly unknown[], put: () => Answer<T>): T {
  if (current !== undefined) return current.ask(subject, name, args, put);
  const answer = put();
  if (!isPromise(answer)) return answer;
  answer.then(undefined, () => undefined);
  throw new UnsupportedError('blocking-wait', answersLater(name));
}

/** Closes a handle: at the end of the system call, or outside of one at once. */
export function close(handle: Handle): void {
  if (current === undefined) quietly(() => handle.release());
  else current.close(handle);
}

/** `change` of an answer, now or when it is there; what can be cancelled still can. */
export function whenAnswered<T, R>(answer: Answer<T>, change: (value: T) => R): Answer<R> {
  if (!isPromise(answer)) return change(answer);
  const changed = answer.then(change);
  return 'cancel' in answer ? Object.assign(changed, { cancel: () => (answer as Cancellable<T>).cancel() }) : changed;
}
