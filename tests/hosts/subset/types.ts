// What goes into the subset and what comes out of it: plain data, which travels as JSON.

export type { Namespace } from '../../../src/jsapi/namespace.ts';

/** A program for WASI that writes to standard output, and what it has to give. */
export interface ProgramData {
  readonly name: string;
  readonly base64: string;
  readonly args: readonly string[];
  readonly env: readonly string[];
  /** An export to call after initialization, in place of `_start`. */
  readonly call: string | undefined;
  readonly exitCode: number;
  readonly stdout: string;
  /** Sources of regular expressions for what differs from run to run. */
  readonly mask: readonly string[];
}

export interface Data {
  /** Scripts of the testsuite by name. */
  readonly scripts: Readonly<Record<string, string>>;
  readonly programs: readonly ProgramData[];
  /** The module with the loop that is timed: base64. */
  readonly loop: string;
  /** The module of float-bits.ts: base64. */
  readonly floatBits: string;
}

/** How many checks of a kind passed, and what is wrong with the others. */
export interface Tally {
  readonly passed: number;
  readonly failures: readonly string[];
}

export interface Part extends Tally {
  readonly name: string;
}

export interface Report {
  readonly parts: readonly Part[];
  readonly nanoseconds: number;
  readonly seconds: number;
}
