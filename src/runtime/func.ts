// A function instance. https://webassembly.github.io/spec/core/exec/runtime.html#function-instances
// One class for wasm and host functions, so that call_indirect meets one shape of object.
import { brand, brandOf } from '../brand.ts';
import { frozen } from '../syntax/records.ts';
import type { FuncType } from '../syntax/types.ts';
import { type DefType, funcType } from '../validator/type-space.ts';
import type { ModuleInstance } from './instance.ts';
import type { Value } from './values.ts';

/** What a host function may answer: nothing, one value, or a value per result. */
export type HostResult = Value | readonly Value[] | undefined;

/**
 * A function of the host. i32, f32 and f64 arrive as numbers (i32 signed), i64 as a signed bigint, references as they
 * are. A promise suspends the guest thread until it is settled; only threads that were started asynchronously may.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a host function that answers nothing is the usual case
export type HostFunction = (...args: never[]) => HostResult | void | Promise<HostResult | void>;

/**
 * A host function that works on slots itself: its arguments stand in SLOTS and REFERENCES from `base` on, its results go
 * there. Where `canWait`, it may answer a promise of what it would have answered; nobody looks at its results then. One that
 * does much sets `midway` (interpreter/pieces.ts) while something is left, and is called again.
 */
export type DirectHost = (base: number, canWait: boolean) => PromiseLike<HostResult> | undefined;

/**
 * A host function that is told which instance calls it, for those that look at their caller's exports: none when the host
 * itself calls. Where `canWait`, it may answer a promise.
 */
export type CallerHost = (
  caller: ModuleInstance | undefined,
  args: readonly Value[],
  canWait: boolean,
) => HostResult | PromiseLike<HostResult>;

/**
 * What a call of a host function costs above the unit of all calls, which its caller is charged before it is called. It is
 * told the arguments; or, where the function works on slots, where they stand. It has no effect, and throws nothing. There is
 * no caller where a function of the host stands in between.
 */
export type HostCost = (caller: ModuleInstance | undefined, args: readonly Value[], base: number) => number;

/**
 * How to let go of what a promise waits for, when the call that it suspended is given up: host functions of ours note it
 * with the promise that they return.
 */
export const LET_GO = new WeakMap<object, () => void>();

export class Func {
  readonly kind = brand(this, 'func');
  /** @internal */
  readonly defType: DefType;
  /**
   * The canonical index of its type, which code of its own instance compares.
   * @internal
   */
  readonly canon: number;
  /** The instance that defines it; undefined for host functions. */
  readonly instance: ModuleInstance | undefined;
  /** Index in the instance's function index space; of no meaning for host functions. */
  readonly index: number;
  readonly host: HostFunction | undefined;
  /** Is called in place of `host`, where it is there. */
  readonly direct: DirectHost | undefined;
  /** Likewise. Nothing that it throws is caught by a guest. */
  readonly callerHost: CallerHost | undefined;
  /** What a guest pays for what it does; undefined for functions of the embedder. */
  readonly cost: HostCost | undefined;

  constructor(
    defType: DefType,
    instance: ModuleInstance | undefined,
    index: number,
    host: HostFunction | undefined,
    direct?: DirectHost,
    callerHost?: CallerHost,
    cost?: HostCost,
  ) {
    this.defType = defType;
    this.canon = defType.index;
    this.instance = instance;
    this.index = index;
    this.host = host;
    this.direct = direct;
    this.callerHost = callerHost;
    this.cost = cost;
  }

  /**
   * The function type, with type indices of its space. For the engine, since all functions of the type share it; V8
   * reads frozen arrays slower, which costs calls a fifth.
   * @internal
   */
  get signature(): FuncType {
    return this.defType.comp as FuncType;
  }

  /** The same for embedders: a frozen copy. */
  get type(): FuncType {
    const { params, results } = this.signature;
    return frozen({ kind: 'func', params: params.slice(), results: results.slice() });
  }
}

/** Is it a function instance of this engine, and nothing that only passes for one? */
export function isFunc(value: unknown): value is Func {
  return brandOf(value) === 'func';
}

/** JavaScript functions that stand for function instances, where values of JavaScript are imported and exported. */
const STAND_FOR = new WeakMap<object, Func>();

/** The function instance that a JavaScript function stands for, with its type; undefined for those that have no type. */
export function funcBehind(value: unknown): Func | undefined {
  return typeof value === 'function' ? STAND_FOR.get(value) : undefined;
}

/** From now on the JavaScript function is imported as this function instance. */
export function standFor(callable: (...args: never[]) => unknown, func: Func): void {
  STAND_FOR.set(callable, func);
}

/**
 * A host function with a type of its own, which imports have to match. The type refers to no other type. No guest
 * catches what it throws: errors of the embedder's streams, clocks and directories reach whoever runs the guest.
 */
export function typedHost(type: FuncType, host: CallerHost, cost?: HostCost): Func {
  let defType = KEPT.get(type);
  if (defType === undefined) KEPT.set(type, (defType = funcType(type.params, type.results)));
  return new Func(defType, undefined, -1, undefined, undefined, host, cost);
}

/** Of types that are kept in tables, by identity. */
const KEPT = new WeakMap<FuncType, DefType>();
