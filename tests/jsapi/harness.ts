// The part of web-platform-tests' testharness.js that the tests of the JS API use, installed as globals.
// https://web-platform-tests.org/writing-tests/testharness-api.html Sync tests run at once, promise tests one by one.

export interface Subtest {
  readonly name: string;
  readonly passed: boolean;
  readonly message?: string;
}

type Body = (t: Context) => unknown;

/** What a test's function is given. */
class Context {
  readonly cleanups: (() => void)[] = [];

  unreached_func(description: string): () => never {
    return () => fail(description || 'reached unreachable code');
  }

  add_cleanup(cleanup: () => void): void {
    this.cleanups.push(cleanup);
  }
}

const results: Subtest[] = [];
let queue: Promise<void> = Promise.resolve();

function fail(message: string): never {
  throw new Error(message);
}

function check(holds: boolean, message: string, description?: string): void {
  if (!holds) fail(description === undefined ? message : `${description}: ${message}`);
}

function record(name: string | undefined, error?: { readonly thrown: unknown }): void {
  const full = name ?? `Untitled ${results.length}`;
  if (error === undefined) results.push({ name: full, passed: true });
  else {
    const { thrown } = error;
    const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : format(thrown);
    results.push({ name: full, passed: false, message });
  }
}

function test(body: Body, name?: string): void {
  const context = new Context();
  try {
    Reflect.apply(body, context, [context]);
    record(name);
  } catch (thrown) {
    record(name, { thrown });
  }
  for (const cleanup of context.cleanups) cleanup();
}

function promiseTest(body: Body, name?: string): void {
  queue = queue.then(async () => {
    const context = new Context();
    try {
      await Reflect.apply(body, context, [context]);
      record(name);
    } catch (thrown) {
      record(name, { thrown });
    }
    for (const cleanup of context.cleanups) cleanup();
  });
}

function format(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value).replace(/\\u0000/g, '\\0');
  if (typeof value === 'bigint') return `${value}n`;
  if (Object.is(value, -0)) return '-0';
  if (Array.isArray(value)) return `[${value.map(format).join(', ')}]`;
  if (value === null || !['object', 'function', 'symbol'].includes(typeof value)) return String(value);
  try {
    return `${typeof value} "${String(value)}"`;
  } catch (error) {
    return `[stringifying ${typeof value} threw ${String(error)}]`;
  }
}

/** Whether something thrown was made by a constructor, itself and no subclass. */
function isOf(error: unknown, wanted: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { constructor: unknown }).constructor === wanted;
}

function nameOf(wanted: unknown): string {
  return String((wanted as { name?: unknown } | undefined)?.name);
}

function assertThrowsJs(wanted: unknown, body: () => unknown, description?: string): void {
  try {
    body();
  } catch (error) {
    check(isOf(error, wanted), `threw ${format(error)}, not ${nameOf(wanted)}`, description);
    return;
  }
  check(false, `threw nothing instead of ${nameOf(wanted)}`, description);
}

async function promiseRejectsJs(_t: unknown, wanted: unknown, promise: unknown, description?: string): Promise<void> {
  let reason: unknown;
  try {
    await promise;
  } catch (error) {
    reason = error;
    check(isOf(error, wanted), `rejected with ${format(reason)}, not ${nameOf(wanted)}`, description);
    return;
  }
  check(false, `fulfilled instead of rejecting with ${nameOf(wanted)}`, description);
}

/** Some tests still use names that testharness.js no longer has: they take an error, or its constructor. */
function constructorOf(expected: unknown): unknown {
  return typeof expected === 'function' ? expected : (expected as object).constructor;
}

function assertEquals(actual: unknown, expected: unknown, description?: string): void {
  check(Object.is(actual, expected), `expected ${format(expected)} but got ${format(actual)}`, description);
}

function assertArrayEquals(actual: ArrayLike<unknown>, expected: ArrayLike<unknown>, description?: string): void {
  check(typeof actual === 'object' && actual !== null, 'not an array', description);
  assertEquals(actual.length, expected.length, `${description ?? ''} length`);
  for (let i = 0; i < expected.length; i++) assertEquals(actual[i], expected[i], `${description ?? ''} element ${i}`);
}

const hasOwn = (object: object, key: PropertyKey): boolean =>
  Object.getOwnPropertyDescriptor(object, key) !== undefined;

const GLOBALS: Record<string, unknown> = {
  test,
  promise_test: promiseTest,
  setup: (body: unknown) => {
    if (typeof body === 'function') body();
  },
  done: () => undefined,
  format_value: format,
  assert_true: (value: unknown, description?: string) => assertEquals(value, true, description),
  assert_false: (value: unknown, description?: string) => assertEquals(value, false, description),
  assert_equals: assertEquals,
  assert_not_equals: (actual: unknown, other: unknown, description?: string) =>
    check(!Object.is(actual, other), `got disallowed value ${format(actual)}`, description),
  assert_array_equals: assertArrayEquals,
  assert_own_property: (object: object, key: PropertyKey, description?: string) =>
    check(hasOwn(object, key), `expected property ${String(key)} is missing`, description),
  assert_not_own_property: (object: object, key: PropertyKey, description?: string) =>
    check(!hasOwn(object, key), `unexpected property ${String(key)}`, description),
  assert_class_string: (object: unknown, name: string, description?: string) =>
    assertEquals(Object.prototype.toString.call(object), `[object ${name}]`, description),
  assert_implements: (value: unknown, description?: string) => check(Boolean(value), 'not implemented', description),
  assert_unreached: (description?: string) => fail(`reached unreachable code: ${description ?? ''}`),
  assert_throws_js: assertThrowsJs,
  assert_throws_exactly: (expected: unknown, body: () => unknown, description?: string) => {
    try {
      body();
    } catch (error) {
      assertEquals(error, expected, description);
      return;
    }
    check(false, 'threw nothing', description);
  },
  promise_rejects_js: promiseRejectsJs,
  assert_throws: (expected: unknown, body: () => unknown) => assertThrowsJs(constructorOf(expected), body),
  promise_rejects: (t: unknown, expected: unknown, promise: unknown) =>
    promiseRejectsJs(t, constructorOf(expected), promise),
  assertEquals: (expected: unknown, actual: unknown) => assertEquals(actual, expected),
};

/** Puts the harness into the global object. */
export function installHarness(): void {
  for (const [name, value] of Object.entries(GLOBALS)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
}

/** The results so far; wait for it to get those of all promise tests that are registered by now. */
export async function finished(): Promise<readonly Subtest[]> {
  await queue;
  return results;
}

export function soFar(): readonly Subtest[] {
  return results;
}
