// The bytes of a memory as the host has them: making room, views, growing in place, moving, detaching.
// Each function either does all it says or throws and has changed nothing; `moved` says where a host forces more than that.
// It knows nothing of pages and limits: memory.ts decides how much and when.

/** Views of one buffer. They span its whole words; nobody reads a word as a whole that an exact buffer ends within. */
export interface Views {
  readonly M8: Uint8Array;
  readonly M16: Uint16Array;
  readonly M32: Int32Array;
  readonly MF: Float64Array;
  /** For 64-bit atomic accesses: only of buffers that other threads can hold, where the host has Atomics. */
  readonly M64: BigInt64Array | undefined;
}

/** Hosts since 2023, beside what TypeScript's ES2023 knows. */
interface Growable {
  grow?(length: number): void;
  transfer?(length: number): ArrayBuffer;
}

interface Host {
  readonly structuredClone?: (value: unknown, options?: { transfer: unknown[] }) => unknown;
  readonly MessageChannel?: new () => { port1: { postMessage(value: unknown, list: unknown[]): void; close?(): void } };
}

type GrowableConstructor = new (length: number, options: { maxByteLength: number }) => SharedArrayBuffer;

export function isSharedBuffer(buffer: ArrayBufferLike): buffer is SharedArrayBuffer {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
}

/** Can the host move the bytes of a buffer to one of `length`, so that JavaScript need not copy them? */
export function canTransfer(buffer: ArrayBufferLike, length: number): boolean {
  if (typeof (buffer as Growable).transfer === 'function') return true;
  return length === buffer.byteLength && !isSharedBuffer(buffer) && (globalThis as Host).structuredClone !== undefined;
}

/** An untouched buffer: hosts take its pages from the system when they are first used. @throws as the host does. */
export function plainBuffer(length: number): ArrayBuffer {
  return new ArrayBuffer(length);
}

/**
 * An untouched shared buffer that can become `maxLength` long in place, where the host can do that.
 * @throws as the host does.
 */
export function sharedBuffer(length: number, maxLength: number): SharedArrayBuffer {
  if (maxLength > length && 'grow' in SharedArrayBuffer.prototype) {
    try {
      return new (SharedArrayBuffer as unknown as GrowableConstructor)(length, { maxByteLength: maxLength });
    } catch {
      // No address space for that much: it is moved when it grows.
    }
  }
  return new SharedArrayBuffer(length);
}

export function isGrowable(buffer: ArrayBufferLike): boolean {
  return (buffer as { growable?: boolean }).growable === true;
}

/** Makes a growable buffer at least `length` long. Returns false where the host does not let it. */
export function growInPlace(buffer: ArrayBufferLike, length: number): boolean {
  try {
    if (buffer.byteLength < length) (buffer as Growable).grow?.(length);
  } catch {
    // Another thread may have made it longer in the meantime.
  }
  return buffer.byteLength >= length;
}

/**
 * Another object for the same shared bytes, as it has to be after growth; the same one where the host cannot make it.
 */
export function anotherHandle(buffer: SharedArrayBuffer): SharedArrayBuffer {
  try {
    return ((globalThis as Host).structuredClone?.(buffer) as SharedArrayBuffer | undefined) ?? buffer;
  } catch {
    return buffer;
  }
}

/** Views of the first `length` bytes. @throws as the host does. */
export function viewsOf(buffer: ArrayBufferLike, length: number): Views {
  // Not `>> 1`: 2 GiB is no int32.
  const words = (size: number): number => Math.floor(length / size);
  const atomic = isSharedBuffer(buffer) && typeof BigInt64Array !== 'undefined' && typeof Atomics !== 'undefined';
  return {
    M8: new Uint8Array(buffer, 0, length),
    M16: new Uint16Array(buffer, 0, words(2)),
    M32: new Int32Array(buffer, 0, words(4)),
    MF: new Float64Array(buffer, 0, words(8)),
    M64: atomic ? new BigInt64Array(buffer, 0, words(8)) : undefined,
  };
}

/** Detaches a buffer where the host can: `transfer`, `structuredClone` or `MessageChannel`. Shared ones stay. */
export function detach(buffer: ArrayBufferLike): void {
  if (isSharedBuffer(buffer)) return;
  const { structuredClone, MessageChannel } = globalThis as Host;
  try {
    if ('transfer' in buffer) (buffer as Growable).transfer?.(0);
    else if (structuredClone !== undefined) structuredClone(undefined, { transfer: [buffer] });
    else if (MessageChannel !== undefined) {
      const { port1 } = new MessageChannel();
      port1.postMessage(null, [buffer]);
      port1.close?.();
    }
  } catch {
    // It stays behind as it was, as in hosts that have none of the three.
  }
}

/**
 * Detaches a buffer and gives its bytes, cut or filled up with zeros to `length`, where `canTransfer` says so.
 * @throws as the host does: then nothing has happened.
 */
export function transferred(buffer: ArrayBufferLike, length: number): ArrayBuffer {
  const { transfer } = buffer as Growable;
  if (transfer !== undefined) return Reflect.apply(transfer, buffer, [length]) as ArrayBuffer;
  return (globalThis as Host).structuredClone?.(buffer, { transfer: [buffer] }) as ArrayBuffer;
}

/** Views of nothing. */
export const NO_VIEWS: Views = viewsOf(plainBuffer(0), 0);
