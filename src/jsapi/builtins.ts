// Imports that the namespace provides itself: the builtins of js-string, and string constants.
// https://webassembly.github.io/spec/js-api/#builtins
import { Trap } from '../errors.ts';
import { Func, type HostCost } from '../runtime/instance.ts';
import { Global } from '../runtime/global.ts';
import { type ArrayObject, HostObject, bytesOfString, putTogether } from '../runtime/objects.ts';
import { internalise } from '../runtime/references.ts';
import type { Import } from '../syntax/module.ts';
import { PRICES } from '../syntax/prices.ts';
import { type CompType, EXTERNREF, HEAP, I16, I32, type ValType, ref } from '../syntax/types.ts';
import { type DefType, NO_TYPES, hostTypes } from '../validator/type-space.ts';
import { typeSpace, type ValidModule } from '../validator/module.ts';
import { type ExternType, importType, matchesExtern } from '../validator/subtyping.ts';
import { isMidway, setMidway } from '../interpreter/ops/pieces.ts';
import { takeRoomOfCaller } from '../interpreter/threads/room.ts';
import { readReference, readSlot, writeReference, writeSlot } from '../interpreter/values/slots.ts';

/** Options of compilation, converted. */
export interface CompileSettings {
  /** Names of sets, such as js-string; unknown ones are ignored. */
  readonly builtins: readonly string[];
  /** The module name of string constants. */
  readonly stringModule: string | null;
}

/** It returns nothing where its first argument is its result, which is where that stands, and where it is called again. */
type Step = (base: number) => string | number | undefined;

/** A builtin: its type and what it does. Its arguments stand in slots of two words from `base` on. */
interface Builtin {
  readonly type: DefType;
  readonly step: Step;
  /** UTF-16 units that it makes, reads or compares, where they may be many. */
  readonly units: Units | undefined;
}

type Units = (base: number) => number;

const STRING = ref(HEAP.extern, false);

/** `(rec (type (array (mut i16))))`, type 0 of each builtin's space. */
const CHARS: CompType = { kind: 'array', field: { storage: I16, mutable: true } };

/** The argument in a slot, `index` slots above the first. */
const refAt = (base: number, index: number): unknown => readReference(base + 2 * index);
const intAt = (base: number, index: number): number => readSlot(I32, base + 2 * index) as number;

/** The string that a reference is; undefined where it is none. */
function stringOf(value: unknown): string | undefined {
  const inside = (value as HostObject | null | undefined)?.value;
  return typeof inside === 'string' ? inside : undefined;
}

/**
 * UTF-16 units of the longest string that builtins make: hosts refuse some length, each another one. What they do with one
 * at once, which is to put it together, to compare or to copy it, takes some 20 milliseconds at most.
 */
const MAX_STRING = 12 * 2 ** 20;

/**
 * Before a string of so many UTF-16 units is made; false where there is no room yet, and it is called again.
 * @throws RangeError as hosts do, ExhaustionError
 */
function takeString(length: number): boolean {
  if (length > MAX_STRING) throw new RangeError('Invalid string length');
  return takeRoomOfCaller(bytesOfString(length));
}

function putString(base: number, index: number, text: string): void {
  writeReference(base + 2 * index, new HostObject(text));
}

function stringAt(base: number, index: number): string {
  const value = stringOf(refAt(base, index));
  if (value === undefined) throw new Trap('cast-failure', 'a builtin of js-string was given no string');
  return value;
}

function nullableStringAt(base: number, index: number): string | null {
  return refAt(base, index) === null ? null : stringAt(base, index);
}

function arrayAt(base: number, index: number): ArrayObject {
  const value = refAt(base, index) as ArrayObject | null;
  if (value === null) throw new Trap('null-array-reference');
  return value;
}

/** @throws Trap where `first` to `end` is not within a length. */
function checkRange(first: number, end: number, length: number): void {
  if (first > end || end > length) throw new Trap('array-out-of-bounds', `elements ${first} to ${end} of ${length}`);
}

/** An unsigned index below a length. */
function indexAt(base: number, index: number, length: number): number {
  const at = intAt(base, index) >>> 0;
  checkRange(at, at + 1, length);
  return at;
}

/** Code units that become a string at once: few enough to be arguments on every host. */
const CHUNK = 4096;

/** Code units from an array or into one that are one piece of work: a millisecond or less. */
const PIECE = 16 * CHUNK;

/** What there is of the string stands in the reference slot of `start`, which is a number, until it is whole. */
function fromCharCodeArray(base: number): string | undefined {
  const { cells, length } = arrayAt(base, 0);
  const start = intAt(base, 1) >>> 0;
  const end = intAt(base, 2) >>> 0;
  let text = '';
  if (isMidway()) text = stringAt(base, 1);
  else {
    checkRange(start, end, length);
    if (!takeString(end - start)) return undefined;
  }
  const most = Math.min(end, start + text.length + PIECE);
  for (let at = start + text.length; at < most; at += CHUNK) {
    text += String.fromCharCode.apply(null, cells.slice(at, Math.min(most, at + CHUNK)) as unknown as number[]);
  }
  setMidway(most < end);
  if (most === end) return text;
  putString(base, 1, text);
  return undefined;
}

/** How much has been done stands in the slot of the string, which is none of numbers. */
function intoCharCodeArray(base: number): number {
  const { cells, length } = arrayAt(base, 1);
  const text = stringAt(base, 0);
  const start = intAt(base, 2) >>> 0;
  checkRange(start, start + text.length, length);
  let i = isMidway() ? intAt(base, 0) : 0;
  const most = Math.min(text.length, i + PIECE);
  for (; i < most; i++) cells[start + i] = text.charCodeAt(i);
  setMidway(most < text.length);
  return most;
}

function fromCodePoint(base: number): string | undefined {
  const point = intAt(base, 0) >>> 0;
  if (point > 0x10ffff) throw new Trap('array-out-of-bounds', `${point} is no code point`);
  return takeString(2) ? String.fromCodePoint(point) : undefined;
}

/**
 * Whether the first so many arguments are strings in one part: hosts put a long one together when it is first read, which is
 * a piece of work of its own. How many have been looked at stands in the slot of the first, which is none of numbers.
 */
function areWhole(base: number, count: number): boolean {
  for (let i = isMidway() ? intAt(base, 0) : 0; i < count; i++) {
    const text = stringOf(refAt(base, i));
    if (text === undefined || text.length <= PIECE) continue;
    putTogether(text);
    writeSlot(I32, base, i + 1);
    setMidway(true);
    return false;
  }
  setMidway(false);
  return true;
}

function substring(base: number): string | undefined {
  const text = stringAt(base, 0);
  if (!areWhole(base, 1)) return undefined;
  const start = intAt(base, 1) >>> 0;
  const length = rangeAt(base, text.length);
  if (!takeString(length)) return undefined;
  const part = text.slice(start, start + length);
  // A host may keep all of the text for a part of it, so a small part is made a text of its own.
  return 2 * length < text.length ? ` ${part}`.slice(1) : part;
}

function concat(base: number): string | undefined {
  const [a, b] = [stringAt(base, 0), stringAt(base, 1)];
  return takeString(a.length + b.length) ? a + b : undefined;
}

function equals(base: number): number | undefined {
  if (!areWhole(base, comparedAt(base) === 0 ? 0 : 2)) return undefined;
  return nullableStringAt(base, 0) === nullableStringAt(base, 1) ? 1 : 0;
}

function compare(base: number): number | undefined {
  const a = stringAt(base, 0);
  const b = stringAt(base, 1);
  if (!areWhole(base, 2)) return undefined;
  return a === b ? 0 : a < b ? -1 : 1;
}

/** The length of the string in a slot, and 0 for anything else. */
function lengthAt(base: number, index: number): number {
  return stringOf(refAt(base, index))?.length ?? 0;
}

/** From one index to another, as far as there is something. */
function rangeAt(base: number, length: number): number {
  return Math.max(0, Math.min(length, intAt(base, 2) >>> 0) - (intAt(base, 1) >>> 0));
}

/** Strings of different lengths are told apart by these. */
function comparedAt(base: number): number {
  const length = lengthAt(base, 0);
  return length === lengthAt(base, 1) ? length : 0;
}

const X = EXTERNREF;

function jsString(): ReadonlyMap<string, Builtin> {
  const set = new Map<string, Builtin>();
  const add = (name: string, params: readonly ValType[], result: ValType, step: Step, units?: Units): void => {
    set.set(name, { type: hostTypes(CHARS, { kind: 'func', params, results: [result] }).at(1), step, units });
  };
  const array = ref(0, true);
  add('cast', [X], STRING, (base) => {
    stringAt(base, 0);
    return undefined;
  });
  add('test', [X], I32, (base) => (stringOf(refAt(base, 0)) === undefined ? 0 : 1));
  add('fromCharCodeArray', [array, I32, I32], STRING, fromCharCodeArray, (base) =>
    rangeAt(base, (refAt(base, 0) as ArrayObject | null)?.length ?? 0),
  );
  add('intoCharCodeArray', [X, array, I32], I32, intoCharCodeArray, (base) => lengthAt(base, 0));
  add('fromCharCode', [I32], STRING, (base) => (takeString(1) ? String.fromCharCode(intAt(base, 0)) : undefined));
  add('fromCodePoint', [I32], STRING, fromCodePoint);
  add('charCodeAt', [X, I32], I32, (base) => {
    const text = stringAt(base, 0);
    return text.charCodeAt(indexAt(base, 1, text.length));
  });
  add('codePointAt', [X, I32], I32, (base) => {
    const text = stringAt(base, 0);
    return text.codePointAt(indexAt(base, 1, text.length)) as number;
  });
  add('length', [X], I32, (base) => stringAt(base, 0).length);
  // Hosts put strings together when they are first read: that is paid here.
  add('concat', [X, X], STRING, concat, (base) => lengthAt(base, 0) + lengthAt(base, 1));
  add('substring', [X, I32, I32], STRING, substring, (base) => rangeAt(base, lengthAt(base, 0)));
  add('equals', [X, X], I32, equals, comparedAt);
  add('compare', [X, X], I32, compare, (base) => Math.min(lengthAt(base, 0), lengthAt(base, 1)));
  return set;
}

let known: ReadonlyMap<string, Builtin> | undefined;

/** The set that a module name means, where it is switched on. */
function setOf(module: string, { builtins }: CompileSettings): ReadonlyMap<string, Builtin> | undefined {
  if (module !== 'wasm:js-string' || !builtins.includes('js-string')) return undefined;
  return (known ??= jsString());
}

function builtinOf({ module, name }: Import, settings: CompileSettings): Builtin | undefined {
  return setOf(module, settings)?.get(name);
}

/** What is provided for an import, if anything. The module has been checked. */
export function providedImport(one: Import, settings: CompileSettings): Func | Global | undefined {
  const builtin = builtinOf(one, settings);
  if (builtin !== undefined) {
    const { type, step, units } = builtin;
    const direct = (base: number): undefined => {
      const answer = step(base);
      if (typeof answer === 'number') writeSlot(I32, base, answer);
      else if (answer !== undefined) putString(base, 0, answer);
      return undefined;
    };
    const cost = units && (((caller, _, base) => units(base) * (caller?.unit.prices ?? PRICES).character) as HostCost);
    return new Func(type, undefined, 0, undefined, direct, undefined, cost);
  }
  if (one.module !== settings.stringModule) return undefined;
  return new Global({ val: STRING, mutable: false }, undefined, [internalise(one.name)]);
}

export function isProvided(one: Import, settings: CompileSettings): boolean {
  return one.module === settings.stringModule || builtinOf(one, settings) !== undefined;
}

/** The first import whose type is not that of what is provided for it. */
export function wronglyTyped(valid: ValidModule, settings: CompileSettings): Import | undefined {
  const space = typeSpace(valid);
  return valid.module.imports.find((one) => {
    const builtin = builtinOf(one, settings);
    if (builtin === undefined && one.module !== settings.stringModule) return false;
    const given: ExternType =
      builtin === undefined
        ? { kind: 'global', type: { val: STRING, mutable: false }, space: NO_TYPES }
        : { kind: 'func', type: builtin.type };
    return !matchesExtern(given, importType(space, one.desc));
  });
}
