// Makes the module of a test small, and the second module that comes with it, for as long as two engines differ on them in
// the same way. Calls stay calls of functions that are exported.
import { decodeModule } from '../decoder/decode.ts';
import type { TestModule } from './assemble.ts';
import { codeOf } from './code.ts';
import type { Difference, Verdict } from './differential.ts';
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

/** As few calls as show the difference. */
function fewerCalls(test: TestModule, differs: (test: TestModule) => boolean): TestModule {
  let best = test;
  for (let i = test.calls.length - 1; i >= 0; i--) {
    const fewer = { ...best, calls: best.calls.filter((_, at) => at !== i) };
    if (differs(fewer)) best = fewer;
  }
  return best;
}

/** What arguments may become, by the kind of value. */
const SIMPLE: Readonly<Record<string, readonly TestValue[]>> = { number: [0, 1], bigint: [0n, 1n], string: [null] };

/** With zeros, ones and null as arguments, where that shows the difference. */
function simplerArguments(test: TestModule, differs: (test: TestModule) => boolean): TestModule {
  let best = test;
  const put = (call: number, at: number, value: TestValue): TestModule => ({
    ...best,
    calls: best.calls.map((one, i) =>
      i === call ? { ...one, args: Object.assign([...one.args], { [at]: value }) } : one,
    ),
  });
  for (const [call, { args }] of test.calls.entries()) {
    for (const [at, value] of args.entries()) {
      const simple = (SIMPLE[typeof value] ?? []).filter((one) => !Object.is(one, value));
      const other = simple.map((one) => put(call, at, one)).find(differs);
      if (other !== undefined) best = other;
    }
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
  let best = simplerArguments(fewerCalls(test, differs), differs);
  best = { ...best, bytes: minimize(best.bytes, (bytes) => differs({ ...best, bytes }), left()) };
  const { linked } = best;
  if (linked !== undefined) {
    const isUsed = decodeModule(best.bytes).imports.some(({ module }) => module === LINKED);
    const smaller = isUsed ? minimize(linked, (other) => differs({ ...best, linked: other }), left()) : undefined;
    best = { ...best, linked: smaller };
  }
  return { ...best, rows: rowsOf(best.bytes) };
}
