// A namespace of its own: what is made by it is charged to its limits, and calls use up its fuel and end by its deadline.
// The global one has no realm. Classes whose objects are charged are its own, with the members of the global ones; errors,
// tags, globals and exceptions are the same for all.
import { DEADLINE, endOf, within } from '../clock.ts';
import type { Outcome } from '../interpreter/threads/driver.ts';
import type { Execution } from '../interpreter/threads/invoke.ts';
import { either, type Shape } from '../options.ts';
import { accountOf, FUEL, type FuelAccount, outOfFuel } from '../runtime/fuel.ts';
import type { Func, ModuleInstance } from '../runtime/instance.ts';
import { type GuestLimits, type Limits, limits, limitsOf } from '../runtime/limits.ts';

export interface NamespaceOptions {
  /** What all instances, memories and tables of the namespace may have together; the usual limits if not given. */
  readonly limits?: Limits | GuestLimits | undefined;
  /** Units for all calls together, or an account of them; unlimited if not given. */
  readonly fuel?: number | FuelAccount | undefined;
  /** When all has to be over, as Date.now() returns it; or what is asked for that moment when a call from outside begins. */
  readonly deadline?: number | (() => number) | undefined;
}

export const NAMESPACE_OPTIONS: Shape<NamespaceOptions> = {
  limits,
  fuel: FUEL,
  deadline: either((value) => typeof value === 'function', DEADLINE),
};

export class Realm {
  readonly limits: Limits;
  readonly account: FuelAccount | undefined;
  private readonly deadline: (() => number) | undefined;
  private readonly classes = new Map<object, object>();

  constructor(options: NamespaceOptions) {
    const { fuel, deadline } = options;
    this.limits = limitsOf(options.limits);
    this.account = accountOf(fuel);
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
    if (this.account === undefined) execution.fuel = Number.POSITIVE_INFINITY;
    else execution.account = this.account;
    const outcome = execution.stretch();
    if (outcome === 'fuel') throw outOfFuel();
    return outcome;
  }

  /** The same class for this namespace. */
  own<C extends Class>(base: C): C {
    let made = this.classes.get(base) as C | undefined;
    if (made === undefined) this.classes.set(base, (made = classFor(this, base)));
    return made;
  }
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
  const members: Record<string, PropertyDescriptor> = Object.getOwnPropertyDescriptors(base.prototype);
  members['constructor'].value = made;
  Object.defineProperties(made.prototype, members);
  const statics = Object.getOwnPropertyDescriptors(base) as PropertyDescriptorMap;
  Object.defineProperties(made, { ...statics, prototype: { writable: false } });
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
