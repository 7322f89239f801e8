// WebAssembly.Memory. https://webassembly.github.io/spec/js-api/#memories
// Not here: toFixedLengthBuffer and toResizableBuffer, since no host lets JavaScript watch a buffer being resized.
import { isError } from '../errors.ts';
import { Memory } from '../runtime/memory.ts';
import { MAX_PAGES_32, MAX_PAGES_64 } from '../syntax/limits.ts';
import { I32, type MemType } from '../syntax/types.ts';
import * as say from './messages.ts';
import { Identity } from './identity.ts';
import { enteredRealm } from './realm.ts';
import { type AddressTypeName, type AddressValue, fromAddress, toAddress, toAddressType, toLimits } from './types.ts';
import { toDictionary } from './webidl.ts';

export interface MemoryDescriptor {
  readonly initial: AddressValue;
  readonly maximum?: AddressValue;
  readonly address?: AddressTypeName;
  readonly shared?: boolean;
}

export const MEMORIES = new Identity<Memory, MemoryObject>('Memory');

/** The memory behind an object; undefined where it is no WebAssembly.Memory. */
export const memoryOf: (value: unknown) => Memory | undefined = MEMORIES.of;

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
        return MEMORIES.make(new.target, memory, realm);
      } catch (error) {
        throw isError(error, 'exhaustion') ? new RangeError(`WebAssembly.Memory(): ${error.message}`) : error;
      }
    }

    grow(delta: AddressValue): AddressValue {
      const memory = MEMORIES.receiver(this);
      const { addr } = memory.type;
      const pages = toAddress(delta, addr, 'WebAssembly.Memory.grow(): Argument 0');
      const before = pages > MAX_PAGES_64 ? -1 : memory.grow(Number(pages));
      if (before < 0) throw new RangeError(say.cannotGrow('WebAssembly.Memory.grow()'));
      return fromAddress(before, addr);
    }

    get buffer(): ArrayBuffer {
      return MEMORIES.receiver(this).buffer as ArrayBuffer;
    }
  },
};

export type MemoryObject = InstanceType<typeof MemoryObject>;

MEMORIES.expose(MemoryObject);
