// Whether what a command threw is what an assertion of the script expects: its kind, and the beginning of its message.
// It runs nothing; values that calls return are compared in match.ts.
import {
  ExhaustionError,
  InvalidError,
  LinkError,
  MalformedError,
  Trap,
  UnsupportedError,
  isError,
} from '../errors.ts';
import { Skip, describe } from './outcome.ts';
import type { Command } from './script.ts';

/** The message where an assertion expects a failure and nothing failed. */
const DID_NOT: Partial<Record<Command['kind'], string>> = {
  assert_malformed: 'it is not malformed',
  assert_malformed_custom: 'it is not malformed',
  assert_invalid: 'it is valid',
  assert_invalid_custom: 'it is valid',
  assert_unlinkable: 'it did link',
  assert_uninstantiable: 'it did not trap',
  assert_trap: 'it did not trap',
  assert_exhaustion: 'it exhausted nothing',
  assert_exception: 'it did not throw',
};

/**
 * Checks the error with which a command ended that asserts a failure; undefined if it did not fail. `isException` says
 * whether an error is an exception that nobody caught.
 * @throws Error which says why the assertion does not hold; the error itself where the command could not be run.
 */
export function checkFailure(command: Command, error: unknown, isException: (error: unknown) => boolean): void {
  const expected = 'message' in command ? command.message : '';
  if (error instanceof Skip || error instanceof UnsupportedError || isError(error, 'interrupted')) throw error;
  if (error === undefined) {
    throw new Error(`${DID_NOT[command.kind] ?? 'nothing happened'}, expected "${expected}"`);
  }
  if (!isExpected(command.kind, error, isException))
    throw new Error(`expected ${command.kind}, but ${describe(error)}`);
  if (expected !== '' && !saysSo((error as Error).message, expected)) {
    throw new Error(`expected "${expected}", but ${describe(error)}`);
  }
}

function isExpected(kind: Command['kind'], error: unknown, isException: (error: unknown) => boolean): boolean {
  switch (kind) {
    case 'assert_malformed':
    case 'assert_malformed_custom':
      return error instanceof MalformedError;
    case 'assert_invalid':
      return error instanceof InvalidError;
    case 'assert_invalid_custom':
      return error instanceof InvalidError || error instanceof MalformedError;
    case 'assert_unlinkable':
      return error instanceof LinkError;
    case 'assert_trap':
    case 'assert_uninstantiable':
      return error instanceof Trap;
    case 'assert_exhaustion':
      return error instanceof ExhaustionError;
    case 'assert_exception':
      return isException(error);
    default:
      return false;
  }
}

/** How the reference interpreter goes on after its phrase, in a few scripts: its own words, which no rule asks for. */
const ITS_WORDS = /^(type mismatch): (instruction|block) requires \[.*\] but stack has \[.*\]$/;

/** Whether a message begins as a script expects; the colon before what we add may be left out. */
function saysSo(message: string, expected: string): boolean {
  const phrase = expected.replace(ITS_WORDS, '$1');
  return message.startsWith(phrase) || message.replace(': ', ' ').startsWith(phrase);
}
