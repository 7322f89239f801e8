// Errors and checks of arguments as Node has them: the same classes, codes and texts as in its own modules.
// https://nodejs.org/api/errors.html#nodejs-error-codes  Not here: what is checked, which stands where it is taken.
import { join } from 'node:path';
import { inspect } from 'node:util';

export interface CodedError extends Error {
  readonly code: string;
}

/** An error with a code, which its stack and its text name, too. */
export function coded(Class: new (message: string) => Error, code: string, message: string): CodedError {
  const error = new Class(message);
  const { name } = error;
  const hidden = { writable: true, enumerable: false, configurable: true };
  // The stack is written when it is first read, with the name of that moment.
  Object.defineProperty(error, 'name', { ...hidden, value: `${name} [${code}]` });
  void error.stack;
  delete (error as { name?: string }).name;
  Object.defineProperty(error, 'toString', { ...hidden, value: () => `${name} [${code}]: ${error.message}` });
  return Object.assign(error, { code });
}

/** "Received ...", in the words of this Node, which differ between its versions: a call of it that refuses the value. */
function received(value: unknown): string {
  try {
    if (typeof value === 'function') join(value as unknown as string);
    else queueMicrotask(value as () => void);
  } catch (error) {
    const { message } = error as Error;
    return message.includes('Received ') ? message.slice(message.indexOf('Received ')) : '';
  }
  return '';
}

/** 'options.args' is a property, 'options' an argument. */
function kindOf(name: string): string {
  return name.includes('.') ? 'property' : 'argument';
}

function wrongType(name: string, wanted: string, value: unknown): CodedError {
  const message = `The "${name}" ${kindOf(name)} must be ${wanted}. ${received(value)}`;
  return coded(TypeError, 'ERR_INVALID_ARG_TYPE', message);
}

const LONGEST_SHOWN = 128;

export function wrongValue(name: string, reason: string, value: unknown): CodedError {
  const text = inspect(value);
  const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text;
  const message = `The ${kindOf(name)} '${name}' ${reason}. Received ${shown}`;
  return coded(TypeError, 'ERR_INVALID_ARG_VALUE', message);
}

const isDigit = (char: string): boolean => char >= '0' && char <= '9';

/** Digits in groups of three, as Node writes large numbers; not those of an exponent. */
function grouped(text: string): string {
  let at = text.length - 3;
  let result = '';
  for (; at > 0 && isDigit(text[at - 1]) && [...text.slice(at, at + 3)].every(isDigit); at -= 3) {
    result = `_${text.slice(at, at + 3)}${result}`;
  }
  return text.slice(0, at + 3) + result;
}

function outOfRange(name: string, range: string, value: number): CodedError {
  const isLong = Number.isInteger(value) && Math.abs(value) > 2 ** 32;
  const shown = isLong ? grouped(String(value)) : inspect(value);
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${shown}`;
  return coded(RangeError, 'ERR_OUT_OF_RANGE', message);
}

export function checkObject(value: unknown, name: string): asserts value is Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw wrongType(name, 'of type object', value);
}

export function checkString(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw wrongType(name, 'of type string', value);
}

export function checkArray(value: unknown, name: string): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw wrongType(name, 'an instance of Array', value);
}

export function checkBoolean(value: unknown, name: string): asserts value is boolean {
  if (typeof value !== 'boolean') throw wrongType(name, 'of type boolean', value);
}

export function checkFunction(value: unknown, name: string): asserts value is () => unknown {
  if (typeof value !== 'function') throw wrongType(name, 'of type function', value);
}

export function checkUndefined(value: unknown, name: string): asserts value is undefined {
  if (value !== undefined) throw wrongType(name, 'undefined', value);
}

const MAX_INT32 = 2 ** 31 - 1;

export function checkDescriptor(value: unknown, name: string): asserts value is number {
  if (typeof value !== 'number') throw wrongType(name, 'of type number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < 0 || value > MAX_INT32) throw outOfRange(name, `>= 0 && <= ${MAX_INT32}`, value);
}
