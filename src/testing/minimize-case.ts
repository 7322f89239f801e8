// Makes the module of a test small, and the second module that comes with it, for as long as two engines differ on them in
// the same way. Calls stay calls of functions that are exported.
import { decodeModule } from '../decoder/decode.ts';
import type { TestCall, TestModule } from './assemble.ts';
import { codeOf } from './code.ts';
import { amount, callable, having } from '../options.ts';
import { checkTest, type Difference, type Verdict } from './differential.ts';
import { bodyAt } from './leave-out.ts';
import { LINKED } from './linked.ts';
import { minimize } from './minimize.ts';
import { shownNaNs } from './shown-nans.ts';
import { surelyEnds } from './surely-ends.ts';
import type { TestValue } from './values.ts';

type Judge = (test: TestModule) => Verdict;

/** How often each row of the instruction table occurs in the functions of a module. */
function rowsOf(bytes: Uint8Array): Map<number, number> {
  const { funcs } = decodeModule(bytes);
  const rows = new Map<number, number>();
  for (let i = 0; i < funcs.types.length; i++) {
    for (const { row } of codeOf(bodyAt(funcs, i)).instructions) rows.set(row.code, (rows.get(row.code) ?? 0) + 1);
  }
  return rows;
}

/** A refusal and an error that should not be are other faults than another result. */
function sameKind(a: Difference, b: Difference): boolean {
  const kinds = ({ a: left, b: right }: Difference): string =>
    [left, right].map((text) => /^(invalid|other): /.exec(text)?.[1] ?? '').join();
  return kinds(a) === kinds(b);
}

function exportsFunctions({ bytes, calls }: TestModule): boolean {
  const { exports } = decodeModule(bytes);
  const names = new Set(exports.flatMap(({ kind, name }) => (kind === 'func' ? [name] : [])));
  return calls.every(({ name }) => names.has(name));
}

/** As few calls as show the difference: many are left out at once, those of a function, and single ones. */
function fewerCalls(test: TestModule, differs: (test: TestModule) => boolean): TestModule {
  let best = test;
  const tryWithout = (gone: (call: TestCall, at: number) => boolean): void => {
    const fewer = { ...best, calls: best.calls.filter((call, at) => !gone(call, at)) };
    if (fewer.calls.length < best.calls.length && differs(fewer)) best = fewer;
  };
  for (const name of new Set(test.calls.map((call) => call.name))) tryWithout((call) => call.name === name);
  for (let size = test.calls.length >> 1; size >= 1; size >>= 1) {
    for (let to = best.calls.length; to > 0; to -= size) tryWithout((_, at) => at >= to - size && at < to);
  }
  return best;
}

/** What arguments may become, by the kind of value. */
const SIMPLE: Readonly<Record<string, readonly TestValue[]>> = {
  number: [0, 1, 2, 3, 4],
  bigint: [0n, 1n],
  string: [null],
};

/** With small numbers and null as arguments, where that shows the difference: for a value wherever it is, then for each. */
function simplerArguments(test: TestModule, differs: (test: TestModule) => boolean): TestModule {
  let best = test;
  const replace = (value: TestValue, isMeant: (call: number, at: number) => boolean): void => {
    for (const simple of SIMPLE[typeof value] ?? []) {
      if (Object.is(simple, value)) return;
      const put = (args: TestCall['args'], call: number): TestCall['args'] =>
        args.map((one, at) => (Object.is(one, value) && isMeant(call, at) ? simple : one));
      const calls = best.calls.map((one, call) => ({ ...one, args: put(one.args, call) }));
      if (!differs({ ...best, calls })) continue;
      best = { ...best, calls };
      return;
    }
  };
  for (const value of new Set(test.calls.flatMap(({ args }) => args))) replace(value, () => true);
  for (const [call, { args }] of test.calls.entries()) {
    for (const at of args.keys()) replace(best.calls[call].args[at], (i, k) => i === call && k === at);
  }
  return best;
}

/**
 * A smaller test whose difference is of the kind of `difference`. What it lacks is not made up for by bits of NaNs that
 * engines may choose, and it ends if the test did.
 *
 * @param watch Sees each smaller test and its verdict.
 */
export function minimizeTest(
  test: TestModule,
  difference: Difference,
  judge: Judge,
  seconds: number,
  watch: (test: TestModule, verdict: Verdict) => void = () => {},
): TestModule {
  checkTest(test, 'minimizeTest: the test');
  having('a difference', 'a', 'b')(difference, 'minimizeTest: the difference');
  callable(judge, 'minimizeTest: the judge');
  amount('a number of seconds')(seconds, 'minimizeTest: the seconds');
  callable(watch, 'minimizeTest: what watches');
  const mayNotEnd = !surelyEnds(test.bytes);
  const shown = shownNaNs(test.bytes);
  const { features } = test;
  const until = Date.now() + seconds * 1000;
  const differs = (other: TestModule): boolean => {
    if (!exportsFunctions(other) || shownNaNs(other.bytes) > shown) return false;
    if (!mayNotEnd && !surelyEnds(other.bytes)) return false;
    const verdict = judge(other);
    if (verdict.difference === undefined || !sameKind(verdict.difference, difference)) return false;
    watch({ ...other, rows: rowsOf(other.bytes) }, verdict);
    return true;
  };
  const left = (): { seconds: number; features: typeof features } => ({
    seconds: (until - Date.now()) / 1000,
    features,
  });
  let best = test;
  for (let size = Infinity; best.bytes.length < size && Date.now() < until; ) {
    size = best.bytes.length;
    best = simplerArguments(fewerCalls(best, differs), differs);
    best = { ...best, bytes: minimize(best.bytes, (bytes) => differs({ ...best, bytes }), left()) };
  }
  const { linked } = best;
  if (linked !== undefined) {
    const isUsed = decodeModule(best.bytes).imports.some(({ module }) => module === LINKED);
    const smaller = isUsed ? minimize(linked, (other) => differs({ ...best, linked: other }), left()) : undefined;
    best = { ...best, linked: smaller };
  }
  return { ...best, rows: rowsOf(best.bytes) };
}
