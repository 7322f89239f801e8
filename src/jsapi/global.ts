// WebAssembly.Global. https://webassembly.github.io/spec/js-api/#globals
import { QUIET_32, QUIET_64 } from '../interpreter/border.ts';
import { Global } from '../runtime/global.ts';
import { F32, F64, I32, I64, type ValType } from '../syntax/types.ts';
import { NO_TYPES, type TypeSpace } from '../validator/type-space.ts';
import * as say from './messages.ts';
import { type ValueTypeName, toValueType } from './types.ts';
import { canCross, defaultValue, refInside, refToJs, toWasm } from './values.ts';
import { exposeInterface, lookUp, newObject, toDictionary } from './webidl.ts';

export interface GlobalDescriptor {
  readonly value: ValueTypeName;
  readonly mutable?: boolean;
}

const GLOBALS = new WeakMap<object, Global>();
const OBJECTS = new WeakMap<Global, GlobalObject>();

/** The global behind an object; undefined where it is no WebAssembly.Global. */
export function globalOf(value: unknown): Global | undefined {
  return lookUp(GLOBALS, value);
}

/** The object of a global, always the same one. */
export function globalObject(global: Global): GlobalObject {
  const known = OBJECTS.get(global);
  return known ?? bind(newObject(GlobalObject), global);
}

function bind(target: GlobalObject, global: Global): GlobalObject {
  GLOBALS.set(target, global);
  OBJECTS.set(global, target);
  return target;
}

function receiver(value: unknown): Global {
  const global = globalOf(value);
  if (global === undefined) throw new TypeError(say.wrongReceiver('Global'));
  return global;
}

const WORDS = new Int32Array(2);
const FLOAT32 = new Float32Array(WORDS.buffer);
const FLOAT64 = new Float64Array(WORDS.buffer);

/** Sets a global to what `toWasm` gave. */
export function writeGlobal(global: Global, value: unknown): void {
  const { type, words, refs, at } = global;
  switch (type.val) {
    case I32:
      words[at] = value as number;
      return;
    case I64:
      words[at] = Number(BigInt.asIntN(32, value as bigint));
      words[at + 1] = Number(BigInt.asIntN(32, (value as bigint) >> 32n));
      return;
    case F32:
      FLOAT32[0] = value as number;
      words[at] = WORDS[0];
      if (Number.isNaN(value)) words[at] |= QUIET_32;
      return;
    case F64:
      FLOAT64[0] = value as number;
      words[at] = WORDS[0];
      words[at + 1] = WORDS[1];
      if (Number.isNaN(value)) words[at + 1] |= QUIET_64;
      return;
    default:
      refs[at] = refInside(type.val, value);
  }
}

function readGlobal({ type, words, refs, at }: Global): unknown {
  switch (type.val) {
    case I32:
      return words[at];
    case I64:
      return (BigInt(words[at + 1]) << 32n) | BigInt(words[at] >>> 0);
    case F32:
      WORDS[0] = words[at];
      return FLOAT32[0];
    case F64:
      WORDS[0] = words[at];
      WORDS[1] = words[at + 1];
      return FLOAT64[0];
    default:
      return refToJs(type.val, refs[at]);
  }
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
      return bind(newObject(new.target), global);
    }

    valueOf(): unknown {
      return valueIn(receiver(this));
    }

    get value(): unknown {
      return valueIn(receiver(this));
    }

    set value(value: unknown) {
      const global = receiver(this);
      if (!canCross(global.type.val)) throw new TypeError(say.uncrossable());
      if (!global.type.mutable) throw new TypeError(say.constantGlobal());
      writeGlobal(global, toWasm(value, global.type.val, global.space));
    }
  },
};

export type GlobalObject = InstanceType<typeof GlobalObject>;

exposeInterface(GlobalObject, 'Global');
