// A namespace of its own: what is made by it is charged to its limits, and calls use up its fuel and end by its deadline.
// The global one has no realm. Classes whose objects are charged are its own, with the members of the global ones; errors,
// tags, globals and exceptions are the same for all.
import { DEADLINE, endOf, outOfTime, within } from '../clock.ts';
import type { Outcome } from '../interpreter/driver.ts';
import { outOfFuel } from '../interpreter/stops.ts';
import { type Execution, FUEL, begin, invokePlain } from '../interpreter/invoke.ts';
import { either, type Shape } from '../options.ts';
import type { Func } from '../runtime/func.ts';
import type { ModuleInstance } from '../runtime/instance.ts';
import { type GuestLimits, type Limits, limits, limitsOf } from '../runtime/limits.ts';

/** Fuel that is read and written: what is left for all calls together. More of it can be given at any time. */
export interface FuelAccount {
  left: number;
}

export interface NamespaceOptions {
  /** What all instances, memories and tables of the namespace may have together; the usual limits if not given. */
  readonly limits?: Limits | GuestLimits | undefined;
  /** Units for all calls together, or an account of them; unlimited if not given. */
  readonly fuel?: number | FuelAccount | undefined;
  /** When all has to be over, as Date.now() tells it; or what is asked for that moment when a call from outside begins. */
  readonly deadline?: number | (() => number) | undefined;
}

export const NAMESPACE_OPTIONS: Shape<NamespaceOptions> = {
  limits,
  fuel: either((value) => typeof (value as FuelAccount | null)?.left === 'number', FUEL),
  deadline: either((value) => typeof value === 'function', DEADLINE),
};

export class Realm {
  readonly limits: Limits;
  private readonly account: FuelAccount | undefined;
  private readonly deadline: (() => number) | undefined;
  /** Calls that are on the stack: the innermost one has the fuel. */
  private readonly calls: Execution<unknown>[] = [];
  private readonly classes = new Map<object, object>();

  constructor(options: NamespaceOptions) {
    const { fuel, deadline } = options;
    this.limits = limitsOf(options.limits);
    this.account = typeof fuel === 'number' ? { left: fuel } : fuel;
    this.deadline = typeof deadline === 'number' ? () => deadline : deadline;
  }

  /** Does something that has to be over at the deadline. */
  within<T>(action: () => T): T {
    return within(endOf(this.moment), action);
  }

  private get moment(): number | undefined {
    return this.deadline && (DEADLINE(this.deadline(), 'the deadline of a namespace') as number);
  }

  /** The same of a call that goes on by itself ('slice') where what it was begun in the middle of has to be over. */
  stretch(execution: Execution<unknown>): Outcome {
    execution.deadline = this.moment;
    return this.step(execution, () => execution.stretch());
  }

  /** Calls a function: its results, as `invokePlain` has them. */
  call(func: Func, values: readonly unknown[]): unknown {
    return this.within(() => {
      if (this.account === undefined || func.instance === undefined) return invokePlain(func, values);
      const execution = begin(func, values);
      const outcome = this.step(execution, () => execution.step());
      if (outcome === 'slice') throw outOfTime();
      const { results } = execution;
      return results.length === 1 ? results[0] : results;
    });
  }

  /** A step of a call, with the fuel that is left. @throws Interrupted when it is used up. */
  private step(execution: Execution<unknown>, run: () => Outcome): Outcome {
    const { account, calls } = this;
    if (account !== undefined) {
      const outer = calls[calls.length - 1] as { fuel: number } | undefined;
      const given = outer?.fuel ?? account.left;
      execution.fuel = given;
      calls.push(execution);
      try {
        return ended(run());
      } finally {
        calls.pop();
        // What was given meanwhile is there for the next call.
        const used = usedBy(execution, given);
        if (outer === undefined) account.left -= used;
        else outer.fuel -= used;
      }
    }
    execution.fuel = Number.POSITIVE_INFINITY;
    return ended(run());
  }

  /** The same class for this namespace. */
  own<C extends Class>(base: C): C {
    let made = this.classes.get(base) as C | undefined;
    if (made === undefined) this.classes.set(base, (made = classFor(this, base)));
    return made;
  }
}

/** What an execution has used of an amount, and above it. */
function usedBy({ fuel, owed }: Execution<unknown>, given: number): number {
  return given === Number.POSITIVE_INFINITY ? 0 : Math.max(0, Math.max(given, -1) - fuel + owed);
}

function ended(outcome: Outcome): Outcome {
  if (outcome === 'fuel') throw outOfFuel();
  return outcome;
}

type Class = (abstract new (...args: never[]) => object) & { readonly name: string; readonly prototype: object };

/** The innermost class of a realm that constructs. */
let entering: { readonly realm: Realm; readonly target: unknown } | undefined;

/**
 * The realm that an object is constructed in, to be asked with `new.target` before code of the host is called. That has
 * run already, to find the prototype, and may have constructed others: what was entered is that again afterwards.
 */
export function enteredRealm(target: unknown): Realm | undefined {
  return entering?.target === target ? entering?.realm : undefined;
}

/** A class with the members of another one, which constructs its objects in a realm. */
function classFor<C extends Class>(realm: Realm, base: C): C {
  const { [base.name]: made } = {
    [base.name]: class {
      constructor(...args: unknown[]) {
        const outer = entering;
        entering = { realm, target: new.target };
        try {
          return Reflect.construct(base as never, args, new.target) as object;
        } finally {
          entering = outer;
        }
      }
    },
  };
  const { prototype: _, ...statics } = Object.getOwnPropertyDescriptors(base);
  const members = Object.getOwnPropertyDescriptors(base.prototype) as PropertyDescriptorMap;
  Object.defineProperties(made.prototype, {
    ...members,
    constructor: { value: made, writable: true, configurable: true, enumerable: false },
  });
  Object.defineProperties(made, statics as PropertyDescriptorMap);
  Object.defineProperty(made, 'prototype', { writable: false });
  return made as unknown as C;
}

/** Objects that are not sent in messages: a copy would be one of the global classes, which have no limits. */
const STAYING = new WeakSet<object>();

export function bindObject<T extends object>(object: T, realm: Realm | undefined): T {
  if (realm !== undefined) STAYING.add(object);
  return object;
}

export function staysInRealm(object: object): boolean {
  return STAYING.has(object);
}

/** The realm that each instance was made in. */
const REALMS = new WeakMap<ModuleInstance, Realm>();

export function bindRealm(inner: ModuleInstance, realm: Realm | undefined): void {
  if (realm !== undefined) REALMS.set(inner, realm);
}

/** The realm of the instance that defines a function. */
export function realmOf({ instance }: Func): Realm | undefined {
  return instance && REALMS.get(instance);
}
