// WebAssembly.Global. https://webassembly.github.io/spec/js-api/#globals
import { readGlobalBits, writeGlobalBits } from '../interpreter/values/constant.ts';
import { bitsOf, fromBits } from '../interpreter/values/slots.ts';
import { Global } from '../runtime/global.ts';
import type { ValType } from '../syntax/types.ts';
import { NO_TYPES, type TypeSpace } from '../validator/type-space.ts';
import * as say from './messages.ts';
import { Identity } from './identity.ts';
import { type ValueTypeName, toValueType } from './types.ts';
import { canCross, defaultValue, refInside, refToJs, toWasm } from './crossing.ts';
import { toDictionary } from './webidl.ts';

export interface GlobalDescriptor {
  readonly value: ValueTypeName;
  readonly mutable?: boolean;
}

export const GLOBALS = new Identity<Global, GlobalObject>('Global');

/** Sets a global to what `toWasm` gave. */
function writeGlobal(global: Global, value: unknown): void {
  const { val } = global.type;
  writeGlobalBits(global, val > 0 ? refInside(val, value) : bitsOf(val, value));
}

function readGlobal(global: Global): unknown {
  const { val } = global.type;
  const value = fromBits(val, readGlobalBits(global));
  return val > 0 ? refToJs(val, value) : value;
}

/** A constant global of a number type, for an import that is given a plain value. */
export function constantGlobal(val: ValType, value: unknown, space: TypeSpace): Global {
  const global = new Global({ val, mutable: false }, undefined, undefined, undefined, space);
  writeGlobal(global, value);
  return global;
}

/** GetGlobalValue. @throws TypeError for types that cannot cross. */
function valueIn(global: Global): unknown {
  if (!canCross(global.type.val)) throw new TypeError(say.uncrossable());
  return readGlobal(global);
}

export const { Global: GlobalObject } = {
  Global: class {
    constructor(descriptor: GlobalDescriptor, ...value: [value?: unknown]) {
      const who = 'WebAssembly.Global()';
      const given = toDictionary(descriptor, `${who}: Argument 0`);
      const mutable = Boolean(given['mutable']);
      const name = given['value'];
      if (name === undefined) throw new TypeError(say.missing(`${who}: Property 'value'`));
      const val = toValueType(name, `${who}: Property 'value'`);
      if (!canCross(val)) throw new TypeError(say.uncrossable());
      const global = new Global({ val, mutable });
      // undefined is a missing argument in Web IDL.
      writeGlobal(global, value[0] === undefined ? defaultValue(val) : toWasm(value[0], val, NO_TYPES));
      return GLOBALS.make(new.target, global);
    }

    valueOf(): unknown {
      return valueIn(GLOBALS.receiver(this));
    }

    get value(): unknown {
      return valueIn(GLOBALS.receiver(this));
    }

    set value(value: unknown) {
      const global = GLOBALS.receiver(this);
      if (!canCross(global.type.val)) throw new TypeError(say.uncrossable());
      if (!global.type.mutable) throw new TypeError(say.constantGlobal());
      writeGlobal(global, toWasm(value, global.type.val, global.space));
    }
  },
};

export type GlobalObject = InstanceType<typeof GlobalObject>;

GLOBALS.expose(GlobalObject);
