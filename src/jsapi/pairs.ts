// What stands for what: an interface's objects, and the things of the engine that they are about. Each thing has one object,
// always the same one.
import * as say from './messages.ts';
import { lookUp } from './webidl.ts';

export class Pairs<Inside extends object, Outside extends object> {
  private readonly inside = new WeakMap<object, Inside>();
  private readonly outside = new WeakMap<Inside, Outside>();
  private readonly name: string;

  /** `name`: that of the interface. */
  constructor(name: string) {
    this.name = name;
  }

  /** What an object stands for; undefined where it is none of the interface. */
  of(value: unknown): Inside | undefined {
    return lookUp(this.inside, value);
  }

  /** The object that stands for something: made where there is none yet. */
  object(inside: Inside, make: () => Outside): Outside {
    return this.outside.get(inside) ?? this.bind(make(), inside);
  }

  /** From now on the object stands for it. */
  bind(object: Outside, inside: Inside): Outside {
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
