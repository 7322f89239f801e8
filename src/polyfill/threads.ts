// Messages between threads of Node: what its ports, workers and their data have beside the globals, which are wrapped by
// jsapi/cloning.ts. Values arrive at listeners without an event (`port.on('message', value)`), by receiveMessageOnPort, and
// as workerData. Not covered: setEnvironmentData, and what was taken from node:worker_threads before the polyfill was
// loaded. There a Module or Memory is a DataCloneError.
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { opened, parcelOf, wrapSender } from '../jsapi/cloning.ts';

type Threads = typeof import('node:worker_threads');

/** How Node hands a message to the listeners of a port, with an event or without. */
const DISPATCH = Symbol.for('nodejs.internal.kHybridDispatch');

type Dispatch = (this: unknown, data: unknown, type: string, ...rest: unknown[]) => unknown;

export function coverThreads(): void {
  const threads = createRequire(import.meta.url)('node:worker_threads') as {
    -readonly [K in keyof Threads]: Threads[K];
  };
  const { prototype } = threads.MessagePort;
  wrapSender(prototype, 'postMessage', isStart);
  openOnArrival(prototype as unknown as { [DISPATCH]?: Dispatch });
  threads.Worker = workersWithParcels(threads.Worker);
  threads.workerData = opened(threads.workerData);
  threads.receiveMessageOnPort = receivingWith(threads.receiveMessageOnPort);
  syncBuiltinESMExports();
}

/** With what Node starts a worker, which has no polyfill yet when it reads this. */
function isStart(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'publicPort' in message && 'workerData' in message;
}

function openOnArrival(prototype: { [DISPATCH]?: Dispatch }): void {
  const original = prototype[DISPATCH];
  if (original === undefined) return;
  const dispatch: Dispatch = function (data, type, ...rest) {
    if (type !== 'message') return Reflect.apply(original, this, [data, type, ...rest]);
    try {
      data = opened(data);
    } catch (error) {
      return Reflect.apply(original, this, [error, 'messageerror', ...rest]);
    }
    return Reflect.apply(original, this, [data, type, ...rest]);
  };
  Object.defineProperty(prototype, DISPATCH, { value: dispatch, writable: true, configurable: true });
}

function workersWithParcels(Worker: Threads['Worker']): Threads['Worker'] {
  return new Proxy(Worker, {
    construct(target, [file, options, ...rest], newTarget) {
      const parcel = parcelOf((options as { workerData?: unknown } | undefined)?.workerData)?.parcel;
      const given: unknown = parcel === undefined ? options : Object.create(options, { workerData: { value: parcel } });
      return Reflect.construct(target, [file, given, ...rest], newTarget) as object;
    },
  });
}

function receivingWith(receive: Threads['receiveMessageOnPort']): Threads['receiveMessageOnPort'] {
  const receiveMessageOnPort: Threads['receiveMessageOnPort'] = (port) => {
    const received = receive(port);
    return received === undefined ? received : { ...received, message: opened(received.message) };
  };
  return receiveMessageOnPort;
}
