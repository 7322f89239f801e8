// WebAssembly.Global. https://webassembly.github.io/spec/js-api/#globals
import { bitsToValue, valueToBits } from '../interpreter/border.ts';
import { readGlobalBits, writeGlobalBits } from '../interpreter/constant.ts';
import { Global } from '../runtime/global.ts';
import type { ValType } from '../syntax/types.ts';
import { NO_TYPES, type TypeSpace } from '../validator/type-space.ts';
import * as say from './messages.ts';
import { Pairs } from './pairs.ts';
import { type ValueTypeName, toValueType } from './types.ts';
import { canCross, defaultValue, refInside, toJs, toWasm } from './values.ts';
import { exposeInterface, newObject, toDictionary } from './webidl.ts';

export interface GlobalDescriptor {
  readonly value: ValueTypeName;
  readonly mutable?: boolean;
}

const PAIRS = new Pairs<Global, GlobalObject>('Global');

/** The global behind an object; undefined where it is no WebAssembly.Global. */
export function globalOf(value: unknown): Global | undefined {
  return PAIRS.of(value);
}

/** The object of a global, always the same one. */
export function globalObject(global: Global): GlobalObject {
  return PAIRS.object(global, () => newObject(GlobalObject));
}

/** Sets a global to what `toWasm` gave. */
export function writeGlobal(global: Global, value: unknown): void {
  const { type, space } = global;
  writeGlobalBits(global, type.val > 0 ? refInside(type.val, value) : valueToBits(type.val, value, space));
}

function readGlobal(global: Global): unknown {
  return toJs(bitsToValue(global.type.val, readGlobalBits(global)));
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
      return PAIRS.bind(newObject(new.target), global);
    }

    valueOf(): unknown {
      return valueIn(PAIRS.receiver(this));
    }

    get value(): unknown {
      return valueIn(PAIRS.receiver(this));
    }

    set value(value: unknown) {
      const global = PAIRS.receiver(this);
      if (!canCross(global.type.val)) throw new TypeError(say.uncrossable());
      if (!global.type.mutable) throw new TypeError(say.constantGlobal());
      writeGlobal(global, toWasm(value, global.type.val, global.space));
    }
  },
};

export type GlobalObject = InstanceType<typeof GlobalObject>;

exposeInterface(GlobalObject, 'Global');
