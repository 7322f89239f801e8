// A host that fails, for the tests of memories: its constructors and what moves buffers throw at a step of choice.
// Hosts with and without `transfer` and growable shared buffers are made of the one that runs the tests.

const CONSTRUCTORS = [
  'ArrayBuffer',
  'SharedArrayBuffer',
  'Uint8Array',
  'Uint16Array',
  'Uint32Array',
  'Int32Array',
  'Float64Array',
  'BigInt64Array',
] as const;

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Holder = Record<string, unknown>;

export interface Fault {
  /** The step that fails, from 1 on; none for 0. */
  readonly at: number;
  /** Whether all steps after it fail as well. */
  readonly forGood: boolean;
  readonly error: unknown;
}

export interface HostKind {
  readonly transfer: boolean;
  readonly growable: boolean;
}

export interface Report<T> {
  readonly result: T | undefined;
  readonly error: unknown;
  /** Whether the fault came to pass. */
  readonly failed: boolean;
  /** Bytes that JavaScript copied. */
  readonly copied: number;
}

const NO_FAULT: Fault = { at: 0, forGood: false, error: undefined };

/** What `transfer` does, with what hosts have had for longer. */
function transferOf(
  Buffer: ArrayBufferConstructor,
  View: Uint8ArrayConstructor,
  clone: typeof structuredClone,
): Method {
  const { set } = View.prototype;
  return function (length) {
    const made = new Buffer(length as number);
    const old = new View(this as ArrayBuffer);
    set.call(new View(made), old.subarray(0, Math.min(old.length, made.byteLength)));
    clone(undefined, { transfer: [this as ArrayBuffer] });
    return made;
  };
}

/** Does something in such a host. */
export function onHost<T>({ transfer, growable }: HostKind, action: () => T, fault: Fault = NO_FAULT): Report<T> {
  const undo: (() => void)[] = [];
  let steps = 0;
  let failed = false;
  let copied = 0;
  const step = (): void => {
    steps++;
    if (fault.at === 0 || (fault.forGood ? steps < fault.at : steps !== fault.at)) return;
    failed = true;
    throw fault.error;
  };
  const replace = (holder: object, name: string, make: (old: unknown) => unknown): void => {
    const old = Object.getOwnPropertyDescriptor(holder, name);
    const made = make((holder as Holder)[name]);
    if (made === undefined) delete (holder as Holder)[name];
    else Object.defineProperty(holder, name, { value: made, writable: true, configurable: true });
    undo.push(() => (old === undefined ? delete (holder as Holder)[name] : Object.defineProperty(holder, name, old)));
  };
  const failing = (old: Method | undefined): Method | undefined =>
    old &&
    function (...args) {
      step();
      return Reflect.apply(old, this, args);
    };
  const simulated = transferOf(ArrayBuffer, Uint8Array, structuredClone);
  replace(ArrayBuffer.prototype, 'transfer', () => (transfer ? failing(simulated) : undefined));
  replace(SharedArrayBuffer.prototype, 'grow', (old) => (growable ? failing(old as Method) : undefined));
  replace(Object.getPrototypeOf(Uint8Array.prototype) as object, 'set', (old) => {
    return function (this: unknown, source: ArrayLike<number>, at?: number): void {
      copied += source.length;
      Reflect.apply(old as Method, this, [source, at]);
    };
  });
  for (const name of CONSTRUCTORS) {
    replace(globalThis, name, (old) => {
      const construct = (target: new () => object, args: unknown[]): object => {
        step();
        return Reflect.construct(target, name === 'SharedArrayBuffer' && !growable ? args.slice(0, 1) : args) as object;
      };
      return new Proxy(old as object, { construct: construct as never });
    });
  }
  let result: T | undefined;
  let error: unknown;
  try {
    result = action();
  } catch (thrown) {
    error = thrown;
  } finally {
    for (const one of undo.reverse()) one();
  }
  return { result, error, failed, copied };
}
