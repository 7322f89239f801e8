// What stands for what: the objects of an interface, and the things of the engine that they are about. Each thing has one
// object, always the same one. The files of the interfaces own their tables; that of exceptions is here, since calls convert
// what they throw, and exceptions convert their values.
import type { WasmException } from '../interpreter/values/wasm-exception.ts';
import * as say from './messages.ts';
import { type Realm, bindObject } from './realm.ts';
import { exposeInterface, type Interface, lookUp, newObject } from './webidl.ts';

export class Identity<Inside extends object, Outside extends object> {
  private readonly inside = new WeakMap<object, Inside>();
  private readonly outside = new WeakMap<Inside, Outside>();
  private readonly name: string;
  private ctor: Interface<Outside> | undefined;

  /** `name`: that of the interface. */
  constructor(name: string) {
    this.name = name;
  }

  /** Tells the interface, which then looks as Web IDL wants it. Before that nothing can be made. */
  expose(ctor: Interface<Outside>): void {
    this.ctor = ctor;
    exposeInterface(ctor, this.name);
  }

  /** What an object stands for; undefined where it is none of the interface. */
  readonly of = (value: unknown): Inside | undefined => lookUp(this.inside, value);

  /** The object that stands for something: made where there is none yet, of the realm's own class. */
  object(inside: Inside, realm?: Realm): Outside {
    const ctor = this.ctor as Interface<Outside>;
    return this.outside.get(inside) ?? this.make(realm?.own(ctor) ?? ctor, inside, realm);
  }

  /** Makes an object of a class, which stands for something from now on. */
  make<T extends Outside>(ctor: Interface<T>, inside: Inside, realm?: Realm): T {
    const object = bindObject(newObject(ctor), realm);
    this.inside.set(object, inside);
    this.outside.set(inside, object);
    return object;
  }

  /** What the object stands for whose method is called. @throws TypeError. */
  receiver(value: unknown): Inside {
    const found = this.of(value);
    if (found === undefined) throw new TypeError(say.wrongReceiver(this.name));
    return found;
  }
}

/** The objects are of exceptions.ts. */
export const EXCEPTIONS = new Identity<WasmException, object>('Exception');
