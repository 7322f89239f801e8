// Modules that import, export and begin in odd ways, as texts of the text format: functions of the system interface with
// wrong types, entries that are no functions, memories that are missing, start functions that do things.
// Only makes them; what has to come out is said by the tests that run them.
import { PREVIEW0, PREVIEW1 } from '../../src/wasi/preview1/abi.ts';
import { FUNCTIONS, type FunctionName, typeOf } from '../../src/wasi/preview1/abi.ts';
import { type FuncType, I32, typeName } from '../../src/syntax/types.ts';

/** A function of the system interface, with the type that it has: names of types of the text format. */
export interface SystemFunction {
  readonly module: string;
  readonly name: string;
  readonly params: readonly string[];
  readonly results: readonly string[];
}

/** All of them: 46 of preview 1, 45 of preview 0, and the one of wasi-threads. */
export const SYSTEM_FUNCTIONS: readonly SystemFunction[] = [
  ...[PREVIEW1, PREVIEW0].flatMap(({ moduleName, without }) =>
    (Object.keys(FUNCTIONS) as FunctionName[])
      .filter((name) => !without.includes(name))
      .map((name) => ({ module: moduleName, name, ...names(typeOf(name)) })),
  ),
  { module: 'wasi', name: 'thread-spawn', ...names({ kind: 'func', params: [I32], results: [I32] }) },
];

function names({ params, results }: FuncType): Pick<SystemFunction, 'params' | 'results'> {
  return { params: params.map(typeName), results: results.map(typeName) };
}

/** `(param i32 i64) (result i32)`. */
export function signature(params: readonly string[], results: readonly string[]): string {
  const list = (what: string, types: readonly string[]): string =>
    types.length === 0 ? '' : ` (${what} ${types.join(' ')})`;
  return `${list('param', params)}${list('result', results)}`;
}

/** 16 types that are not the type: fewer, more and other parameters, none, two and other results. */
export function wrongTypes({ params, results }: Pick<SystemFunction, 'params' | 'results'>): string[] {
  const first = (type: string): string[] => [type, ...params.slice(1)];
  const last = (type: string): string[] => [...params.slice(0, -1), type];
  const other = (type: string): string => (type === 'i32' ? 'i64' : 'i32');
  const halves = params.flatMap((type) => (type === 'i64' ? ['i32', 'i32'] : [type]));
  const wrong = [
    signature(params.slice(1), results),
    signature([...params, 'i32'], results),
    signature(['i64', ...params], results),
    signature(halves.length === params.length ? [...params, 'i32', 'i32'] : halves, results),
    signature(first(other(params[0] ?? 'i64')), results),
    signature(last(other(params[params.length - 1] ?? 'i64')), results),
    signature(first('f64'), results),
    signature(first('v128'), results),
    signature(first('funcref'), results),
    signature(first('externref'), results),
    signature(params, results.length === 0 ? ['f32'] : []),
    signature(params, [...results, 'i32', 'i32']),
    signature(params, ['i64']),
    signature(params, ['v128']),
    signature(params, ['funcref']),
    signature(params.length === 0 ? ['f32', 'i64'] : [], results),
  ];
  // A call without parameters has fewer ways to be wrong; each text stands once.
  return [...new Set(wrong)].filter((one) => one !== signature(params, results));
}
