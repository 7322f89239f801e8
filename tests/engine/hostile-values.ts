// Hostile values of the host: generated from a seed, handed to a guest in every place where a value enters, and judged.
// Nothing of a frame below or above may have changed, and nothing may come out but documented errors and what the values
// themselves throw. Used by hostile-values.test.ts (short) and hostile-values-run.ts (as many as you like).
// Not here: what particular values have to give (border.test.ts).
import { type LoopName, useLoop } from '../../src/closures.ts';
import { namespace } from '../../src/jsapi/index.ts';
import { type Execution, Func, Interrupted, invoke, JS_TAG, setGlobal, Trap, WasmException } from '../../src/index.ts';
import { compile, type Global, type Instance, instantiate, type Tag, type Value } from '../../src/index.ts';
import { brandOf } from '../../src/brand.ts';
import type { Monitor } from '../../src/interpreter/threads/probe.ts';
import { encodeModule } from '../../src/encoder/encode.ts';
import { parseModule } from '../../src/text/parser.ts';
import { GUEST, TYPES } from './hostile-world.ts';

/** What hostile code throws on purpose. */
const MARKERS = new WeakSet<object>();
const isMarker = (error: unknown): boolean => MARKERS.has(error as object);

/** Returns a value after something was done. */
function following<T>(_done: unknown, value: T): T {
  return value;
}

/** Whole numbers below a bound (xorshift, 32 bits). */
type Chance = (below: number) => number;

function chanceFrom(seed: number): Chance {
  let state = (seed ^ 0x9e37_79b9) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** The values and places of one seed. */
export class HostileWorld {
  private readonly chance: Chance;
  private readonly guests: readonly Instance[];
  private readonly traced: Instance;
  private readonly exports: Readonly<Record<string, (...args: unknown[]) => unknown>>;
  private readonly globals: Readonly<Record<string, { value: unknown }>>;
  private readonly table: {
    get(i: number): unknown;
    set(i: number, v: unknown): void;
    grow(n: number, v: unknown): number;
  };
  private readonly jsTag: unknown;
  private readonly tag: Tag;
  private readonly Exception: new (
    tag: unknown,
    payload: unknown,
  ) => object;
  /** What the imported functions do next. */
  private answer: () => unknown = () => undefined;
  /** How deep hostile code has called back. */
  private depth = 0;
  private making = false;
  private nesting = 0;
  /** The execution that is stepped now. */
  private stepped: Execution<Value> | undefined;
  private onInstruction: (() => void) | undefined;
  /** What hostile code threw: it may come out. */
  private readonly thrown = new Set<unknown>();
  /** What was wrong, in words. */
  readonly faults: string[] = [];
  /** Values that were handed in. */
  calls = 0;

  constructor(seed: number) {
    this.chance = chanceFrom(seed);
    const module = compile(encodeModule(parseModule(GUEST)));
    const host: Record<string, unknown> = { jstag: JS_TAG };
    for (const [name] of [...TYPES, ['void'], ['many']] as const) host[name] = () => this.answer();
    const own = instantiate(
      compile(
        encodeModule(
          parseModule(`(module (type $s (struct (field (mut i32)) (field externref)))
      (tag (export "tag") (param i32 externref f64 (ref null $s))))`),
        ),
      ),
    );
    host['tag'] = own.exports['tag'];
    this.tag = own.exports['tag'] as Tag;
    const imports = { h: host } as never;
    this.guests = [instantiate(module, imports), instantiate(module, imports)];
    const monitor: Monitor = { instruction: () => this.onInstruction?.(), stopped: () => this.onInstruction?.() };
    this.traced = instantiate(module, imports, { monitor });
    const {
      Module,
      Instance: JsInstance,
      Exception,
      JSTag,
    } = namespace as never as Record<string, new (...args: unknown[]) => object>;
    const jsOwn = new JsInstance(
      new Module(
        encodeModule(
          parseModule(`(module (type $s (struct (field (mut i32)) (field externref)))
      (tag (export "tag") (param i32 externref f64 (ref null $s))))`),
        ),
      ),
    );
    const jsHost = { ...host, jstag: JSTag, tag: (jsOwn as { exports: Record<string, unknown> }).exports['tag'] };
    const js = new JsInstance(new Module(encodeModule(parseModule(GUEST))), { h: jsHost }) as {
      exports: Record<string, never>;
    };
    this.exports = js.exports;
    this.globals = js.exports;
    this.table = js.exports['table'] as never;
    this.jsTag = jsHost.tag;
    this.Exception = Exception as never;
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.chance(list.length)];
  }

  // ------------------------------------------------------------------------------------------------------- hostile code

  /** Something that code of the host does while it has the word. */
  private act(): void {
    if (this.making || this.depth > 3) return;
    this.depth++;
    try {
      switch (this.chance(12)) {
        case 0:
        case 1:
        case 2:
        case 3:
          this.nested();
          break;
        case 4:
          throw this.marker();
        case 5:
          this.pick(this.guests).inner.memory.grow(1);
          break;
        case 6:
          if (this.stepped !== undefined) this.stepped.fuel = this.pick([0, -5, 1e9]);
          break;
        case 7: {
          const execution = this.pick(this.guests).begin('nested', [77], { async: true });
          execution.fuel = this.chance(50);
          execution.step(this.chance(40));
          if (this.chance(2) === 0) execution.abandon();
          break;
        }
        case 8:
          if (this.chance(4) === 0) this.stepped?.abandon();
          break;
        case 9:
          void this.pick(this.guests)
            .callAsync('nested', [78], { fuel: 1000 })
            .catch(() => undefined);
          break;
        case 10:
          // Another hostile value, handed in meanwhile.
          this.attempt(this.pick(['argument', 'casts', 'global', 'namespace'] as const));
          break;
        default:
          this.exports['nested'](79);
      }
    } finally {
      this.depth--;
    }
  }

  private nested(): void {
    const n = 70 + this.chance(9);
    const got = this.pick(this.guests).call('nested', n);
    if (got !== n) this.faults.push(`a call from hostile code gave ${String(got)}, not ${n}`);
  }

  private marker(): Error {
    const made = new Error('hostile');
    MARKERS.add(made);
    this.thrown.add(made);
    return made;
  }

  private handler(): ProxyHandler<object> {
    const traps: Record<string, unknown> = {};
    const reflect = Reflect as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const name of Object.getOwnPropertyNames(Reflect)) {
      if (typeof reflect[name] !== 'function' || this.chance(3) === 0) continue;
      traps[name] = (...args: unknown[]) => {
        this.act();
        return reflect[name](...args);
      };
    }
    if (this.chance(3) === 0) {
      const real = this.pick([
        this.struct(),
        this.guests[0].exports['make_f'],
        Func.prototype,
        Trap.prototype,
        [],
      ]) as object;
      traps['getPrototypeOf'] = () => {
        this.act();
        return Object.getPrototypeOf(real) as object | null;
      };
      traps['get'] = (_target: object, key: PropertyKey) => {
        this.act();
        return (real as Record<PropertyKey, unknown>)[key];
      };
    }
    return traps as ProxyHandler<object>;
  }

  private struct(): object {
    return this.guests[0].call('make_s') as object;
  }

  /** An object whose conversion to a number or a text runs hostile code. */
  private converting(): object {
    const method = (): unknown => {
      this.act();
      return this.pick([5, -0, Number.NaN, '7', 8n, {}, null, Symbol.iterator]);
    };
    const key = this.pick([
      Symbol.toPrimitive,
      'valueOf',
      'toString',
      'then',
      'length',
      'kind',
      'defType',
      'values',
      'tag',
    ]);
    const made =
      this.chance(2) === 0 ? {} : Object.create(this.pick([null, Trap.prototype, Func.prototype, Error.prototype]));
    Object.defineProperty(made, key, this.chance(2) === 0 ? { value: method } : { get: method });
    return made as object;
  }

  private iterable(): object {
    const values = Array.from({ length: this.pick([4, 4, 4, 0, 3, 5, 100]) }, (_, i) =>
      i === 0 ? 1 : i === 3 ? 2n : this.value(),
    );
    switch (this.chance(5)) {
      case 0:
        return values;
      case 1: {
        const at = this.chance(values.length + 1);
        Object.defineProperty(values, at, {
          get: () => following(this.act(), this.value()),
          enumerable: true,
          configurable: true,
        });
        return values;
      }
      case 2:
        return new Proxy(values, this.handler());
      case 3: {
        const world = this;
        return {
          *[Symbol.iterator]() {
            for (;;) {
              world.act();
              yield world.value();
            }
          },
        };
      }
      default:
        return { [Symbol.iterator]: this.pick([5, null, () => ({}), () => ({ next: () => 5 })]) };
    }
  }

  private error(): unknown {
    switch (this.chance(8)) {
      case 0:
        return new Trap('unreachable');
      case 1:
        return new Interrupted('abort', 'a value');
      case 2:
        return Object.create(Trap.prototype) as object;
      case 3:
        return Object.setPrototypeOf(new Trap('unreachable'), new Proxy({}, this.handler())) as object;
      case 4:
      case 5: {
        const values =
          this.chance(2) === 0
            ? [1, this.value(), 2.5, this.pick([null, this.struct(), this.value()])]
            : this.iterable();
        return this.exception(this.tag, values);
      }
      case 6:
        return this.exception(this.value(), []);
      default:
        return this.marker();
    }
  }

  /** An exception whose members change afterwards, or why it cannot be made. */
  private exception(tag: unknown, values: unknown): unknown {
    try {
      const made = new WasmException(tag as Tag, values as unknown[]);
      if (this.chance(3) === 0)
        Object.defineProperty(made, 'values', { get: () => following(this.act(), this.iterable()) });
      if (this.chance(4) === 0) Object.defineProperty(made, 'tag', { get: () => following(this.act(), this.value()) });
      return made;
    } catch (error) {
      return error;
    }
  }

  private thenable(): object {
    const end = (done: (value: unknown) => void, failed: (reason: unknown) => void): void => {
      this.act();
      const settle = this.chance(3) === 0 ? failed : done;
      const times = 1 + this.chance(2);
      for (let i = 0; i < times; i++) {
        if (this.chance(2) === 0) settle(this.value());
        else void Promise.resolve().then(() => settle(this.pick([5, 6n, null, 'x'])));
      }
    };
    if (this.chance(3) === 0) {
      let read = 0;
      return Object.defineProperty({}, 'then', { get: () => following(this.act(), read++ === 0 ? end : this.value()) });
    }
    // biome-ignore lint/suspicious/noThenProperty: it is what is tried
    if (this.chance(2) === 0) return { then: end };
    const failure = this.chance(3) === 0;
    const promise = failure ? Promise.reject(this.error()) : Promise.resolve(this.chance(2) === 0 ? 5 : this.plain());
    promise.catch(() => undefined);
    return promise;
  }

  private plain(): unknown {
    return this.pick<unknown>([
      undefined,
      null,
      0,
      -1,
      1.5,
      2 ** 31,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      'text',
      '5',
      '',
      true,
      5n,
      -(2n ** 70n),
      Symbol.iterator,
      2 ** 30,
      [],
      [1, 2],
      {},
      () => 5,
      'wasm',
    ]);
  }

  private revoked(): object {
    const { proxy, revoke } = Proxy.revocable(this.pick<object>([{}, () => 1, []]), {});
    revoke();
    return proxy;
  }

  /** Any hostile value. While it is made, its code does nothing. */
  value(): unknown {
    if (this.nesting > 1) return this.plain();
    const before = this.making;
    this.making = true;
    this.nesting++;
    try {
      return this.made();
    } finally {
      this.making = before;
      this.nesting--;
    }
  }

  private made(): unknown {
    switch (this.chance(12)) {
      case 0:
      case 1:
        return this.plain();
      case 2:
        return this.revoked();
      case 3:
      case 4: {
        const target = this.pick<unknown>([
          {},
          () => 1,
          [],
          this.struct(),
          this.guests[1].exports['make_f'],
          Promise.resolve(1),
        ]);
        return new Proxy(target as object, this.handler());
      }
      case 5:
      case 6:
        return this.converting();
      case 7:
        return this.depth > 2 ? this.plain() : this.iterable();
      case 8:
        return this.error();
      case 9:
        return this.thenable();
      case 10: {
        const real = this.struct() as { defType: object };
        return this.pick<unknown>([
          real,
          this.guests[1].call('make_a'),
          this.guests[1].exports['make_f'],
          Object.create(Object.getPrototypeOf(real) as object, {
            defType: { value: real.defType },
            fields: { value: ['forged'] },
          }),
          { kind: 'struct', defType: real.defType, fields: ['forged'] },
          Object.create(this.guests[0].exports['make_f']),
        ]);
      }
      default:
        return Object.assign(Object.create(new Proxy({}, this.handler())) as object, { self: 1 });
    }
  }

  // -------------------------------------------------------------------------------------------------------------- places

  /** Hands one hostile value in, somewhere; judges what comes of it. */
  attempt(where: Place = this.pick(PLACES)): void {
    this.calls++;
    this.judged(where, () => this.place(where));
  }

  /** The same on threads that wait: what is judged comes later. */
  async attemptAsync(): Promise<void> {
    this.calls++;
    const [name] = this.pick([...TYPES, ['void'], ['many']] as const);
    const guest = this.pick(this.guests);
    this.answer = () => this.thenable();
    const signal =
      this.chance(4) === 0 ? { aborted: false, reason: this.value(), addEventListener: this.abortSoon } : undefined;
    const options = { fuel: 10_000, ...(signal === undefined ? {} : { signal }) };
    try {
      const limit = new Promise((resolve) => setTimeout(resolve, 50));
      const call = guest.callAsync(this.pick([`result_${name}`, 'caught_js', 'caught_all', 'caught_tag']), [], options);
      await Promise.race([call, limit]);
      call.catch(() => undefined);
    } catch (error) {
      this.judge('async', error);
    }
    this.look('async');
  }

  private readonly abortSoon = (_type: string, listener: () => void): void => void Promise.resolve().then(listener);

  private place(where: Place): void {
    const guest = this.pick(this.guests);
    const [name] = this.pick(TYPES);
    const value = this.value();
    const before = this.answer;
    try {
      switch (where) {
        case 'argument':
          guest.callWith({ fuel: 10_000 }, `argument_${name}`, 41, value, 43);
          return;
        case 'argument list': {
          const list = this.chance(2) === 0 ? this.iterable() : [41, value, 43];
          if (Array.isArray(list) && list.length === 3) {
            Object.defineProperty(list, 1, { get: () => following(this.act(), value) });
            Object.defineProperty(list, 2, { get: () => following(this.act(), 43) });
          }
          invoke(guest.func(`argument_${name}`), list as Value[], { fuel: 10_000 });
          return;
        }
        case 'result':
          this.answer = () => following(this.chance(3) === 0 && this.act(), value);
          guest.callWith({ fuel: 10_000 }, `result_${this.pick([name, name, 'void'])}`);
          return;
        case 'results':
          this.answer = () => this.iterable();
          guest.callWith({ fuel: 10_000 }, 'result_many');
          return;
        case 'thrown':
          this.answer = () => {
            this.act();
            const error = this.chance(2) === 0 ? value : this.error();
            this.thrown.add(error);
            throw error;
          };
          guest.callWith({ fuel: 10_000 }, this.pick(['caught_all', 'caught_js', 'caught_tag', 'result_void']));
          return;
        case 'casts':
          guest.callWith({ fuel: 10_000 }, this.pick(['casts', 'casts', 'cast']), value);
          return;
        case 'global':
          setGlobal(guest.exports[`global_${name}`] as Global, value);
          return;
        case 'import':
          instantiate(guest.module, {
            h: { [name]: value, void: value, many: value, tag: value, jstag: value },
          } as never);
          return;
        case 'steps': {
          const execution = guest.begin(`argument_${name}`, [41, value, 43], { async: true });
          this.answer = () => following(this.act(), this.thenable());
          const other = guest.begin(`result_${name}`, [], { async: true });
          for (const one of [execution, other]) {
            one.fuel = 10_000;
            this.stepped = one;
            for (let i = 0; i < 20 && !one.done; i++) {
              if (one.step(this.chance(30)) !== 'suspended') continue;
              one.whenReady(() => undefined);
              if (one.step() === 'suspended') break;
            }
          }
          return;
        }
        case 'monitor':
          this.onInstruction = () => this.chance(4) === 0 && this.act();
          this.answer = () => value;
          this.traced.callWith(
            { fuel: 10_000 },
            this.pick([`result_${name}`, 'caught_js', 'nested']),
            ...([] as never[]),
          );
          return;
        case 'abort':
          void guest.callAsync('nested', [5], { signal: { aborted: true, reason: value } }).catch((error: unknown) => {
            if (brandOf(error) !== 'interrupted') this.faults.push(`an abort gave ${shown(error)}`);
          });
          return;
        case 'namespace':
          this.namespacePlace(name, value);
          return;
      }
    } finally {
      this.answer = before;
      this.stepped = undefined;
      this.onInstruction = undefined;
    }
  }

  private namespacePlace(name: string, value: unknown): void {
    switch (this.chance(8)) {
      case 0:
        this.exports[`argument_${name}`](41, value, 43);
        return;
      case 1:
        this.answer = () => following(this.chance(3) === 0 && this.act(), value);
        this.exports[`result_${this.pick([name, 'void'])}`]();
        return;
      case 2:
        this.answer = () => this.bounded();
        this.exports['result_many']();
        return;
      case 3:
        this.answer = () => {
          this.thrown.add(value);
          throw value;
        };
        this.exports[this.pick(['caught_all', 'caught_js', 'caught_tag', 'result_void'])]();
        return;
      case 4:
        this.table.set(1, value);
        if (!Object.is(this.table.get(1), value) && brandOf(value) === undefined)
          this.faults.push('a table gave another value back');
        this.exports['table_get']();
        return;
      case 5:
        this.globals[`global_${name}`].value = value;
        void this.globals[`global_${name}`].value;
        return;
      case 6:
        this.exports['casts'](value);
        return;
      default:
        this.answer = () => {
          const made = new this.Exception(this.jsTag, [1, value, 2.5, null]);
          this.thrown.add(made);
          throw made;
        };
        this.exports[this.pick(['caught_all', 'caught_js', 'caught_tag'])]();
    }
  }

  /** Values for many results that end, since the namespace reads to the end as browsers do. */
  private bounded(): unknown {
    return [1, this.value(), this.value(), this.pick([2n, this.value()])];
  }

  // ------------------------------------------------------------------------------------------------------------- judging

  private judged(where: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.judge(where, error);
    }
    this.look(where);
  }

  private judge(where: string, error: unknown): void {
    if (this.thrown.has(error)) return;
    if (isMarker(error)) return;
    let text: string;
    try {
      text = String((error as Error).message);
    } catch {
      return; // A hostile value itself: nobody else's errors behave so.
    }
    if (brandOf(error) === 'internal') this.faults.push(`${where}: ${stackOf(error)}`);
    if (/^Cannot (read|set) properties of|Maximum call stack/.test(text))
      this.faults.push(`${where}: ${stackOf(error)}`);
  }

  private look(where: string): void {
    if (this.thrown.size > 10_000) this.thrown.clear();
    for (const instance of [...this.guests, this.traced])
      this.lookAt(
        where,
        Number((instance.exports['damage'] as Global).words[(instance.exports['damage'] as Global).at]),
        () => setDamage(instance),
      );
    const damage = this.globals['damage'];
    this.lookAt(where, Number(damage.value), () => (damage.value = 0));
  }

  private lookAt(where: string, damage: number, reset: () => void): void {
    if (damage === 0) return;
    this.faults.push(`${where}: ${damage} frames were overwritten`);
    reset();
  }
}

function setDamage(instance: Instance): void {
  const { words, at } = instance.exports['damage'] as Global;
  words[at] = 0;
}

function stackOf(error: unknown): string {
  return String((error as Error).stack)
    .split('\n')
    .slice(0, 6)
    .join('\n');
}

function shown(error: unknown): string {
  try {
    return `${(error as Error).name}: ${(error as Error).message}`;
  } catch {
    return 'something without a text';
  }
}

const PLACES = [
  'argument',
  'argument list',
  'result',
  'results',
  'thrown',
  'casts',
  'global',
  'import',
  'steps',
  'monitor',
  'abort',
  'namespace',
] as const;
type Place = (typeof PLACES)[number];

/** Hands in `count` values, those of asynchronous calls included, in turns of the two loops. @returns what was wrong. */
export async function handIn(count: number, seed: number, told?: (done: number) => void): Promise<readonly string[]> {
  const uncaught: unknown[] = [];
  const listener = (reason: unknown): void => void uncaught.push(reason);
  process.on('unhandledRejection', listener);
  const loops: readonly LoopName[] = ['switch', 'closures'];
  let done = 0;
  const faults: string[] = [];
  try {
    for (let round = 0; done < count && faults.length < 20; round++) {
      useLoop(loops[round % 2]);
      const world = new HostileWorld(seed + round);
      const until = Math.min(5000, count - done);
      while (world.calls < until && world.faults.length === 0) {
        if (world.calls % 64 === 63) await Promise.all(Array.from({ length: 8 }, () => world.attemptAsync()));
        else world.attempt();
      }
      await new Promise((resolve) => setTimeout(resolve, 0));
      done += world.calls;
      for (const fault of world.faults) faults.push(`seed ${seed + round}, ${loops[round % 2]}: ${fault}`);
      told?.(done);
    }
  } finally {
    process.off('unhandledRejection', listener);
  }
  for (const reason of uncaught) if (!isMarker(reason)) faults.push(`nobody heard of ${shown(reason)}`);
  return faults;
}
