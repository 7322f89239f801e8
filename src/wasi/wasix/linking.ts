// Calls of functions by index, closures, reflection; dynamic linking is not built: no handle is valid.
// What the host has a guest call, the guest's thread calls itself, in frames: through modules of one function (adapters.ts).
import { ExhaustionError } from '../../errors.ts';
import { charge, payerNow } from '../../runtime/fuel.ts';
import { takes } from '../../runtime/func.ts';
import type { Func } from '../../runtime/instance.ts';
import type { Table } from '../../runtime/table.ts';
import type { Global } from '../../runtime/global.ts';
import { PRICES } from '../../syntax/prices.ts';
import { FUNCREF, type FuncType, I32, I64, type ValType } from '../../syntax/types.ts';
import { refused } from '../host/errno.ts';
import { Control } from '../kernel/control.ts';
import type { Linked } from '../kernel/guest-thread.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { familyOf, type Imported } from '../kernel/family.ts';
import { callerOf, closureOf, isPacked, packedSize, type Surroundings, USER_GLOBAL, VALUE_TYPES } from './adapters.ts';
import { type Chapter, chapter } from './chapter.ts';

// biome-ignore format: a table
const TABLE = {
  dlopen:            'path:string flags:dl_flags err_buf:ptr err_buf_len:u32 ld_library_path:string handle:*dl_handle',
  dlsym:             'handle:dl_handle symbol:string err_buf:ptr err_buf_len:u32 address:*size',
  dl_invalid_handle: 'handle:dl_handle',
  call_dynamic:      'function_id:ptr values:string results:string strict:bool',
  closure_prepare:   'backing_function_id:ptr closure_id:ptr argument_types:string result_types:string user_data:ptr',
  closure_allocate:  'closure_id:ptr',
  closure_free:      'closure_id:ptr',
  reflect_signature: 'function_id:ptr argument_types:ptr argument_types_len:u16 result_types:ptr result_types_len:u16 result:ptr',
} as const;

export function linking(): Chapter[] {
  return [
    chapter(TABLE, {
      dl_invalid_handle: dlInvalidHandle,
      call_dynamic: callDynamic,
      closure_prepare: closurePrepare,
      closure_allocate: closureAllocate,
      closure_free: closureFree,
      reflect_signature: reflectSignature,
    }),
  ];
}

/** INVAL: there is no such handle, as there is none. */
function dlInvalidHandle(_: Call, _handle: number): void {
  throw refused('INVAL');
}

/** The table that pointers to functions are indices of. INVAL: there is none. */
function tableOf({ caller }: Call): Table {
  const table = caller?.tables[0];
  if (table === undefined || table.type.elem !== FUNCREF) throw refused('INVAL');
  return table;
}

/** A function of it, with a type of numbers only. INVAL. */
function funcAt(call: Call, index: number): Func {
  const func = tableOf(call).elements.read(index) as Func | null | undefined;
  if (func == null || !isPacked(func.signature.params) || !isPacked(func.signature.results)) throw refused('INVAL');
  return func;
}

/** Bytes of the structure `0 cacheable | 2 arguments u16 | 4 results u16`. */
const REFLECTION_SIZE = 6;

/**
 * Writes how many arguments and results a function has, and the type of each, one byte each. OVERFLOW: there are more than
 * there is room for, and only their numbers are written; INVAL: it is no function, and zeros are written.
 */
function reflectSignature(
  call: Call,
  index: number,
  args: number,
  argsLength: number,
  results: number,
  resultsLength: number,
  result: number,
): void {
  const { guest, thread } = call;
  guest.check(args, argsLength);
  guest.check(results, resultsLength);
  const told = guest.span(result, REFLECTION_SIZE);
  told.fill(0);
  const { signature } = funcAt(call, index);
  guest.setU8(result, thread.closures.has(index) ? 0 : 1);
  guest.setU16(result + 2, signature.params.length);
  guest.setU16(result + 4, signature.results.length);
  if (signature.params.length > argsLength || signature.results.length > resultsLength) throw refused('OVERFLOW');
  const write = (at: number, types: readonly ValType[]): void =>
    types.forEach((type, i) => {
      guest.setU8(at + i, VALUE_TYPES.indexOf(type));
    });
  write(args, signature.params);
  write(results, signature.results);
}

function surroundings({ guest }: Call, table?: Table): Surroundings {
  const { type } = guest.memory;
  return {
    wideMemory: type.addr === I64,
    sharedMemory: type.shared,
    wideTable: table?.type.addr === I64,
  };
}

type Paying = ReturnType<typeof payerNow>;

/** An instance of a module that is made here; who calls pays for its bytes where they are compiled. NOMEM. */
function linked(call: Call, payer: Paying, name: string, make: () => Uint8Array, imports: Imported): Linked {
  const { process, caller } = call;
  const { loweredByte } = caller?.unit.prices ?? PRICES;
  const paid = (): Uint8Array => {
    const bytes = make();
    charge(Math.ceil(bytes.length * loweredByte), payer);
    return bytes;
  };
  return familyOf(process).programs.linked(name, paid, imports, process);
}

/** Adapters that a thread keeps. */
const MOST_KEPT = 64;

/** That which calls functions of a type for an instance, with so many bytes. NOMEM. */
function adapterFor(call: Call, payer: Paying, type: FuncType, lengths: readonly [number, number]): Func {
  const { thread, process, guest } = call;
  const table = tableOf(call);
  const around = surroundings(call, table);
  const key = `call ${nameOf(type, around)} ${lengths.join()}`;
  const { adapters } = thread;
  let found = adapters.get(key);
  if (found === undefined || found.instance.tables[0] !== table) {
    if (adapters.size === MOST_KEPT) {
      for (const { release } of adapters.values()) release();
      adapters.clear();
    }
    const imports = { a: { m: guest.memory, t: table } };
    found = linked(call, payer, key, () => callerOf(type, lengths, around), imports);
    adapters.set(key, found);
    familyOf(process).callers.join(found.instance, thread);
  }
  return found.instance.func(0);
}

function nameOf({ params, results }: Pick<FuncType, 'params' | 'results'>, around: Surroundings): string {
  return `${params.join()}>${results.join()} ${Object.values(around).join()}`;
}

/**
 * Instances that wait for another one where a call is made: a call puts its caller's whole stack aside, so that without a bound
 * the time would grow with the square of the depth.
 */
const MOST_DEPTH = 2000;

/**
 * Calls a function of the table with packed values, and packs its results. `strict`: there is as much of them as its type says
 * (INVAL); otherwise what is missing is 0, and what is too much is not looked at. INVAL: it is no function; NOTSUP: its type is
 * one of a recursion group, or where the embedder runs the guest by itself; NOMEM.
 */
function callDynamic(
  call: Call,
  index: number,
  values: number,
  valuesLength: number,
  results: number,
  resultsLength: number,
  strict: number,
): Control {
  const { guest, thread } = call;
  guest.check(values, valuesLength);
  guest.check(results, resultsLength);
  const { signature, defType } = funcAt(call, index);
  const [taken, given] = [packedSize(signature.params), packedSize(signature.results)];
  if (strict !== 0 && (valuesLength !== taken || resultsLength !== given)) throw refused('INVAL');
  if (!takes({ kind: 'func', type: defType }, signature)) throw refused('NOTSUP');
  const payer = payerNow();
  return new Control((done) => {
    const { calls } = call.process;
    const own = thread.call;
    if (calls === undefined || own === undefined || !calls.canCallFirst(own)) throw refused('NOTSUP');
    if ((own.depth ?? 0) > MOST_DEPTH) throw new ExhaustionError('call stack exhausted: too many nested calls');
    const lengths = [Math.min(valuesLength, taken), Math.min(resultsLength, given)] as const;
    calls.callFirst(own, adapterFor(call, payer, signature, lengths), [values, results, index], true);
    done();
  });
}

/** Writes the index of an element of the table that is to be a closure: until it is prepared it is null. NOMEM, INVAL. */
function closureAllocate(call: Call, out: number): void {
  const { guest, thread } = call;
  guest.check(out, guest.pointerSize);
  const table = tableOf(call);
  let index = thread.freeSlots.pop();
  // The guest may have put something else there meanwhile.
  while (index !== undefined && table.elements.read(index) !== null) index = thread.freeSlots.pop();
  index ??= table.extend(1, null);
  if (index < 0) throw refused('NOMEM');
  thread.closures.set(index, undefined);
  guest.setPointer(out, index);
}

/** The element is null again, and may be given anew. INVAL: it was not allocated. */
function closureFree(call: Call, index: number): void {
  const { thread } = call;
  if (!thread.closures.has(index)) throw refused('INVAL');
  thread.closures.get(index)?.release();
  thread.closures.delete(index);
  tableOf(call).elements.write(index, null);
  thread.freeSlots.push(index);
}

/** As many parameters, and results, as engines of the web take. */
const MOST_VALUES = 1000;

/** Reads types, one byte each. INVAL: too many, or an unknown one. */
function typesAt({ guest }: Call, at: number, length: number): ValType[] {
  guest.check(at, length);
  if (length > MOST_VALUES) throw refused('INVAL');
  return Array.from(guest.span(at, length), (byte) => {
    const type = VALUE_TYPES[byte];
    if (type === undefined) throw refused('INVAL');
    return type;
  });
}

/**
 * Makes an element that was allocated a function of a type: it calls another function of the table, with what it was called with
 * packed on the guest's stack, room for results, and a number of the guest. INVAL; NOTSUP: the guest shows no stack pointer; NOMEM.
 */
function closurePrepare(
  call: Call,
  backing: number,
  index: number,
  args: number,
  argsLength: number,
  results: number,
  resultsLength: number,
  user: number,
): void {
  const { guest, thread } = call;
  const type = { params: typesAt(call, args, argsLength), results: typesAt(call, results, resultsLength) };
  const func = funcAt(call, backing);
  if (!thread.closures.has(index) || func.instance === undefined) throw refused('INVAL');
  const around = surroundings(call);
  const pointer = around.wideMemory ? I64 : I32;
  const wanted: FuncType = { ...func.signature, params: [pointer, pointer, pointer], results: [] };
  if (!takes({ kind: 'func', type: func.defType }, wanted)) throw refused('INVAL');
  const imports = { a: { m: guest.memory, s: stackPointer(call, pointer), b: func } };
  const name = `closure ${nameOf(type, around)}`;
  const made = linked(call, payerNow(), name, () => closureOf(type, around), imports);
  const { instance } = made;
  instance.globalWords[4 * USER_GLOBAL] = user;
  instance.globalWords[4 * USER_GLOBAL + 1] = user / 2 ** 32;
  thread.closures.get(index)?.release();
  thread.closures.set(index, made);
  tableOf(call).elements.write(index, instance.func(1));
}

/** Where C's stack ends: the guest exports or imports it under this name. NOTSUP. */
const STACK_POINTER = '__stack_pointer';

function stackPointer({ caller }: Call, pointer: ValType): Global {
  const { imports = [], exports = [] } = caller?.module.module ?? {};
  const exported = exports.find(({ kind, name }) => kind === 'global' && name === STACK_POINTER);
  const globals = imports.filter(({ desc }) => desc.kind === 'global');
  const index = exported?.index ?? globals.findIndex(({ name }) => name === STACK_POINTER);
  const found = index < 0 ? undefined : caller?.global(index);
  if (found?.type.mutable !== true || found.type.val !== pointer) throw refused('NOTSUP');
  return found;
}
