// A system interface: the functions that a module may import by one namespace name, each with its type.
// Engines that know function instances compare the types when they link; to all others they are plain functions.
// Values that come from JavaScript are checked here, in one place for all functions: another engine converts nothing for
// a function whose import a module declares with another type. Our engine's calls, whose types are compared, are not.
// What the functions do, and which there are, is the business of each interface.
import { emptyRecord } from '../../syntax/records.ts';
import { payerNow, payFrom } from '../../runtime/fuel.ts';
import type { CallerHost, Func, HostCost } from '../../runtime/instance.ts';
import { type Choice, describeFunc, standFor, takes, typedHost } from '../../runtime/func.ts';
import { asFunc, type FuncType, funcTypeName, I32 } from '../../syntax/types.ts';
import { misuse } from '../messages.ts';
import { ERRNO } from '../host/errno.ts';
import { costOf, type PricesOf } from './cost.ts';
import { dispatch, type DispatchOptions, type HostFunction, type SystemCall } from './dispatcher.ts';
import { straceTracer, type Texts } from './strace.ts';
import type { Declaration } from './table.ts';

export interface TypedFunction {
  /** Of i32 and i64 only. */
  readonly type: FuncType;
  readonly run: CallerHost;
  /** What it costs a guest of our engine, besides the call. */
  readonly cost: HostCost;
  /** What JavaScript gets that calls it with values of other kinds; undefined for a TypeError, where nothing can be returned. */
  readonly misused: number | undefined;
  /** Functions of the same name and other types: an import takes the one of its type, and this one comes first. */
  readonly others?: readonly TypedFunction[];
  /** What else to say of an import of a type that none of them has; empty where there is nothing. */
  readonly hint?: (wanted: FuncType) => string;
}

export type SystemInterface = Readonly<Record<string, TypedFunction>>;

/** An interface: its table, what its functions do, and what the table does not say. */
export interface InterfaceParts<Name extends string> {
  readonly declared: readonly Declaration<Name>[];
  readonly calls: Readonly<Record<Name, SystemCall>>;
  readonly prices: PricesOf<Name>;
  readonly texts: Texts<Name>;
}

/** The functions of an interface for one process; `strace` gets a line per call. */
export function interfaceOf<Name extends string>(
  { declared, calls, prices, texts }: InterfaceParts<Name>,
  options: DispatchOptions,
  strace: ((line: string) => void) | undefined,
): SystemInterface {
  const functions = emptyRecord<TypedFunction>();
  for (const one of declared) {
    const { name, type, coercions } = one;
    const tracer = strace && straceTracer(one, texts, strace);
    const misused = type.results.length === 0 ? undefined : ERRNO.INVAL;
    const run = dispatch(calls[name], coercions, options, tracer);
    functions[name] = { type, run, cost: costOf(one, prices, options), misused };
  }
  return functions;
}

/** The functions as values to import, in a frozen object without a prototype. */
export function importsOf(functions: SystemInterface): Readonly<Record<string, HostFunction>> {
  const imports = emptyRecord<HostFunction>();
  for (const [name, one] of Object.entries(functions)) imports[name] = callable(name, one);
  return Object.freeze(imports);
}

/** Interfaces as one: of a name that several have, the functions of the later stand behind those of the earlier. */
export function joined(interfaces: readonly SystemInterface[]): SystemInterface {
  const all = emptyRecord<TypedFunction>();
  for (const more of interfaces) {
    for (const [name, one] of Object.entries(more)) {
      const known = all[name];
      if (known === undefined) all[name] = one;
      else all[name] = { ...known, others: [...formsOf(known), ...formsOf(one)].slice(1) };
    }
  }
  return all;
}

function formsOf(one: TypedFunction): readonly TypedFunction[] {
  return one.others === undefined ? [one] : [one, ...one.others];
}

/** A JavaScript function that stands for the typed ones of a name. It tells them by what it is called with. */
function callable(name: string, first: TypedFunction): HostFunction {
  const forms = formsOf(first);
  const made = ((...args) => {
    for (const { type, run, cost } of forms) {
      if (!fits(type, args)) continue;
      payFrom(undefined, payerNow())(Math.floor(cost(undefined, args, 0)));
      return run(undefined, args, true);
    }
    if (first.misused !== undefined) return first.misused;
    throw new TypeError(misuse(name, first.type));
  }) as HostFunction;
  Object.defineProperty(made, 'name', { value: name, configurable: true });
  Object.defineProperty(made, 'length', { value: first.type.params.length, configurable: true });
  standFor(made, choiceOf(forms));
  return made;
}

/** The one that has the type of an import: each is made when it is linked for the first time. */
function choiceOf(forms: readonly TypedFunction[]): Choice {
  const linked = new Map<TypedFunction, Func>();
  return (wanted) => {
    const form = forms.find(({ type }) => takes(wanted, type));
    if (form !== undefined) {
      const func = linked.get(form) ?? typedHost(form.type, form.run, form.cost);
      linked.set(form, func);
      return func;
    }
    const types = forms.map(({ type }) => funcTypeName(type)).join(' or ');
    return `is a function ${types}, imported as ${describeFunc(wanted.type)}${forms[0].hint?.(asFunc(wanted.type.comp)) ?? ''}`;
  };
}

/** Whether they are as many as the parameters, and each is of its kind: nothing is converted. */
export function fits({ params }: FuncType, args: readonly unknown[]): boolean {
  return (
    args.length === params.length &&
    params.every((type, i) => (type === I32 ? isI32(args[i]) : typeof args[i] === 'bigint'))
  );
}

/** A whole number of 32 bits, signed or unsigned. */
function isI32(value: unknown): boolean {
  return typeof value === 'number' && ((value | 0) === value || value >>> 0 === value) && !Object.is(value, -0);
}
