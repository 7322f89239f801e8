// Subtests of the JS API's test suite that are known to fail, each with the reason. run.ts complains of all others, and of
// those listed here that pass.

interface Expectation {
  readonly file: string;
  readonly test: string | RegExp;
  readonly reason: string;
}

const EXPECTATIONS: readonly Expectation[] = [
  {
    file: 'memory/grow.any.js',
    test: 'Growing shared memory does not detach old buffer',
    reason:
      'JavaScript cannot make a second SharedArrayBuffer of another length over the same bytes: after growth the old buffer is as long as the new one',
  },
  {
    file: 'table/grow-memory64.any.js',
    test: /^(Basic|Reached|Exceeded)/,
    reason: 'the test calls a function `nulls` that it does not define (native engines fail it too)',
  },
  {
    file: 'limits.any.js',
    test: /[Mm]emories over limit/,
    reason: 'the test still wants a second memory to be refused; since 3.0 modules may have several (here 100)',
  },
  {
    file: 'limits.any.js',
    test: /^(Validate|Compile|Async compile|Instantiate) initial table size/,
    reason:
      'the test wants a table of more than 10,000,000 elements refused when it is instantiated; the limits of the specification say a CompileError, and V8 since Node 24 gives one',
  },
];

/** Why a subtest fails; undefined where it has to pass. */
export function reasonFor(file: string, test: string): string | undefined {
  const found = EXPECTATIONS.find(
    (one) => one.file === file && (typeof one.test === 'string' ? one.test === test : one.test.test(test)),
  );
  return found?.reason;
}
