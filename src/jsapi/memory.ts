// WebAssembly.Memory. https://webassembly.github.io/spec/js-api/#memories
// Not here: toFixedLengthBuffer and toResizableBuffer, since no host lets JavaScript watch a buffer being resized.
import { isError } from '../errors.ts';
import { Memory } from '../runtime/memory.ts';
import { MAX_PAGES_32, MAX_PAGES_64 } from '../syntax/limits.ts';
import { I32, type MemType } from '../syntax/types.ts';
import * as say from './messages.ts';
import { Pairs } from './pairs.ts';
import { type Realm, bindObject, enteredRealm } from './realm.ts';
import { type AddressTypeName, type AddressValue, fromAddress, toAddress, toAddressType, toLimits } from './types.ts';
import { exposeInterface, newObject, toDictionary } from './webidl.ts';

export interface MemoryDescriptor {
  readonly initial: AddressValue;
  readonly maximum?: AddressValue;
  readonly address?: AddressTypeName;
  readonly shared?: boolean;
}

const PAIRS = new Pairs<Memory, MemoryObject>('Memory');

/** The memory behind an object; undefined where it is no WebAssembly.Memory. */
export function memoryOf(value: unknown): Memory | undefined {
  return PAIRS.of(value);
}

/** The object of a memory, always the same one. */
export function memoryObject(memory: Memory, realm?: Realm): MemoryObject {
  return PAIRS.object(memory, () => bindObject(newObject(realm?.own(MemoryObject) ?? MemoryObject), realm));
}

function toMemoryType(descriptor: unknown): MemType {
  const who = 'WebAssembly.Memory()';
  const given = toDictionary(descriptor, `${who}: Argument 0`);
  const addr = toAddressType(given['address'], `${who}: Property 'address'`);
  const limits = toLimits(given, addr, who);
  const { min, max } = limits;
  const shared = Boolean(given['shared']);
  if (shared && max === undefined) throw new TypeError(say.missing(`${who}: Property 'maximum' of a shared memory`));
  [min, max ?? 0n].forEach((pages) => {
    if (pages > (addr === I32 ? MAX_PAGES_32 : MAX_PAGES_64)) throw new RangeError(say.tooLarge(who, String(pages)));
  });
  return { addr, limits, shared, pageSizeLog2: 16 };
}

export const { Memory: MemoryObject } = {
  Memory: class {
    constructor(descriptor: MemoryDescriptor) {
      const realm = enteredRealm(new.target);
      const type = toMemoryType(descriptor);
      try {
        const memory = new Memory(type, undefined, undefined, realm?.limits);
        return PAIRS.bind(bindObject(newObject(new.target), realm), memory);
      } catch (error) {
        throw isError(error, 'exhaustion') ? new RangeError(`WebAssembly.Memory(): ${error.message}`) : error;
      }
    }

    grow(delta: AddressValue): AddressValue {
      const memory = PAIRS.receiver(this);
      const { addr } = memory.type;
      const pages = toAddress(delta, addr, 'WebAssembly.Memory.grow(): Argument 0');
      const before = pages > MAX_PAGES_64 ? -1 : memory.grow(Number(pages));
      if (before < 0) throw new RangeError(say.cannotGrow('WebAssembly.Memory.grow()'));
      return fromAddress(before, addr);
    }

    get buffer(): ArrayBuffer {
      return PAIRS.receiver(this).buffer as ArrayBuffer;
    }
  },
};

export type MemoryObject = InstanceType<typeof MemoryObject>;

exposeInterface(MemoryObject, 'Memory');
