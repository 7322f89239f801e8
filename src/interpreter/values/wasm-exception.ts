// Exceptions outside of wasm: what a host sees of one that no frame caught, and what stands for what a host function threw.
// https://webassembly.github.io/spec/js-api/#exceptions
import { readWords, writeWords } from '../../syntax/bits.ts';
import { brand, brandOf } from '../../brand.ts';
import { StoppedError, traceWith } from '../../errors.ts';
import { slotsOf } from '../../runtime/slots.ts';
import { misfit } from '../../options.ts';
import { ExceptionObject } from '../../runtime/exception.ts';
import type { Func } from '../../runtime/instance.ts';
import { ERROR_BYTES } from '../../runtime/heap.ts';
import { referenceLiteral } from '../../runtime/reference-text.ts';
import { externalise, internalise } from '../../runtime/references.ts';
import { JS_TAG, type Tag, isTag } from '../../runtime/tag.ts';
import type { Bits, Value } from '../../runtime/values.ts';
import { numberText } from '../../syntax/number-text.ts';
import { counted } from '../../syntax/shown.ts';
import { V128, type ValType, typesName } from '../../syntax/types.ts';
import { namesOf } from '../../runtime/names.ts';
import { backtraceLater } from '../threads/backtrace.ts';
import { bitsToValue, valueToBits, which } from './border.ts';
import { vectorError } from './slots.ts';
import type { Thread } from '../threads/thread.ts';
import { wordsOf } from '../state/words.ts';

/** The exception inside for each one outside, and back, so that it is the same object whenever it crosses again. */
const INSIDE = new WeakMap<WasmException, ExceptionObject>();
const OUTSIDE = new WeakMap<ExceptionObject, WasmException>();

/** What the next WasmException stands for, where it is one that left wasm. */
let leaving: ExceptionObject | undefined;

/**
 * An exception that no frame caught (assert_exception), or one that a host function throws for wasm to catch. The same
 * object comes out again, however often it crosses the border.
 */
export class WasmException extends StoppedError {
  override readonly name: string = 'WasmException';
  readonly code: string = brand(this, 'exception');
  /** What handlers compare. */
  readonly tag: Tag;
  /** A value for each parameter of the tag, as for calls. A v128 has none: reading it throws a TypeError. */
  readonly values: readonly Value[];

  /**
   * The values are read and converted here, once, as arguments of a call are.
   * @throws TypeError for what is no Tag, for values that are not those of its parameters, and for a parameter of type
   * v128; what code of the values throws.
   */
  constructor(tag: Tag, values: readonly Value[] = [], message = 'uncaught exception') {
    super(message);
    const inside = leaving ?? fromValues(tag, values);
    this.tag = tag;
    this.values = Object.freeze(payloadValues(tag, payload(inside)));
    INSIDE.set(this, inside);
    // What is caught as a JavaScript value leaves as that.
    if (tag !== JS_TAG) OUTSIDE.set(inside, this);
  }
}

/** Is it one, and nothing that only passes for one? */
export function isWasmException(value: unknown): value is WasmException {
  return brandOf(value) === 'exception';
}

/** What a host sees of an exception: the very value that a host function threw, or a WasmException. */
export function toOutside(exception: ExceptionObject, t: Thread): unknown {
  const { tag } = exception;
  if (tag === JS_TAG) return externalise(exception.refs[0]);
  const known = OUTSIDE.get(exception);
  if (known !== undefined) return known;
  const list = payload(exception).map((one, i) => shown(tag.params[i], one));
  const message = `uncaught exception: tag ${typesName(tag.params)}${list.length === 0 ? '' : `: ${list.join(', ')}`}`;
  leaving = exception;
  try {
    const made = new WasmException(tag, [], message);
    traceWith(made, backtraceLater(t));
    return made;
  } finally {
    leaving = undefined;
  }
}

function shown(t: ValType, bits: Bits): string {
  return t <= 0 ? numberText(t, bits as bigint) : referenceLiteral(t, bits, nameOf);
}

/** `$f`, or the index where the function has no name; nothing for the host's own. */
function nameOf({ instance, index }: Func): string {
  if (instance === undefined) return '';
  const name = namesOf(instance.module).funcs.get(index);
  return name === undefined ? String(index) : `$${name}`;
}

/** The values for a host. A v128 has none: reading it throws, as wherever one would cross. */
function payloadValues({ params }: Tag, bits: readonly Bits[]): Value[] {
  const values: Value[] = [];
  bits.forEach((one, i) => {
    if (params[i] !== V128) values.push(bitsToValue(params[i], one));
    else Object.defineProperty(values, i, { enumerable: true, get: refuseVector });
  });
  return values;
}

function refuseVector(): never {
  throw vectorError();
}

/** The exception that stands for what a host function threw. */
export function exceptionOf(error: unknown): ExceptionObject {
  const known = isWasmException(error) ? INSIDE.get(error) : undefined;
  return known ?? new ExceptionObject(JS_TAG, [0, 0], [internalise(error, ERROR_BYTES)]);
}

/** The values of an exception, bit by bit. */
function payload({ tag, words, refs }: ExceptionObject): Bits[] {
  let slot = 0;
  return tag.params.map((t) => {
    const at = slot;
    slot += slotsOf(t);
    return t > 0 ? refs[at] : readWords(words, 2 * at, wordsOf(t));
  });
}

/** @throws TypeError when the values are not those of the tag's parameters. */
function fromValues(tag: Tag, values: readonly Value[]): ExceptionObject {
  if (!isTag(tag)) throw misfit('WasmException: the tag', 'a Tag, as tagOf makes them', tag);
  if (!Array.isArray(values)) throw misfit('WasmException: the list of values', 'an array', values);
  const { params, slots, hasRefs } = tag;
  const { length } = values;
  if (length !== params.length) {
    throw new TypeError(
      `an exception of tag ${typesName(params)} has ${counted(params.length, 'value')}, not ${length}`,
    );
  }
  const words = new Array<number>(2 * slots).fill(0);
  const refs: unknown[] = hasRefs ? new Array<unknown>(slots).fill(null) : [];
  let slot = 0;
  params.forEach((t, i) => {
    const value: unknown = values[i];
    let bits: Bits;
    try {
      bits = valueToBits(t, value as Value, tag.defType.space);
    } catch (error) {
      throw which(error, `value ${i + 1} of ${length} of an exception`);
    }
    if (t > 0) refs[slot] = bits;
    else writeWords(words, 2 * slot, wordsOf(t), bits as bigint);
    slot += slotsOf(t);
  });
  return new ExceptionObject(tag, words, refs);
}
