// A function instance. https://webassembly.github.io/spec/core/exec/runtime.html#function-instances
// One class for wasm and host functions, so that call_indirect meets one shape of object.
import type { FuncType } from '../syntax/types.ts';
import { canonicalType } from '../validator/canonical.ts';
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
 * there. Where `canWait`, it may answer a promise of what it would have answered; nobody looks at its results then.
 */
export type DirectHost = (base: number, canWait: boolean) => PromiseLike<HostResult> | undefined;

export class Func {
  readonly kind = 'func';
  /** Canonical id of the function type. */
  readonly canon: number;
  /** The instance that defines it; undefined for host functions. */
  readonly instance: ModuleInstance | undefined;
  /** Index in the instance's function index space; of no meaning for host functions. */
  readonly index: number;
  readonly host: HostFunction | undefined;
  /** Is called in place of `host`, where it is there. */
  readonly direct: DirectHost | undefined;
  /** Itself: what inherits from a function or stands before it as a proxy has another here (`isFunc`). */
  readonly self: Func = this;

  constructor(
    canon: number,
    instance: ModuleInstance | undefined,
    index: number,
    host: HostFunction | undefined,
    direct?: DirectHost,
  ) {
    this.canon = canon;
    this.instance = instance;
    this.index = index;
    this.host = host;
    this.direct = direct;
  }

  /** The closed function type: type indices in it are canonical ids. */
  get type(): FuncType {
    return canonicalType(this.canon).comp as FuncType;
  }
}

/** Is it a function instance of this engine, and nothing that only passes for one? */
export function isFunc(value: unknown): value is Func {
  return value instanceof Func && OWN.call(value, 'self') && value.self === value;
}

const OWN = Object.prototype.hasOwnProperty;
