// Throwing and catching: finds the handler of an exception, in the frames of one thread, and goes on there.
// https://webassembly.github.io/spec/core/exec/instructions.html#exec-throw-ref
// What no frame catches leaves the thread as a JavaScript exception; a host function in between may let it through to
// the thread that called it, where the search goes on. Traps and what stops a program are never caught.
import { counted } from '../syntax/shown.ts';
import { brandOf } from '../brand.ts';
import { Trap, WasmException, isError, traceWith } from '../errors.ts';
import { type Handler, type Handlers, handlerAt, regionAt } from '../lowering/handlers.ts';
import { slotsOf } from '../lowering/operands.ts';
import { ExceptionObject } from '../runtime/exception.ts';
import type { Func } from '../runtime/func.ts';
import type { ModuleInstance } from '../runtime/instance.ts';
import { referenceLiteral } from '../runtime/reference-text.ts';
import { JS_TAG, type Tag, isTag } from '../runtime/tag.ts';
import type { Bits, Value } from '../runtime/values.ts';
import { numberText } from '../syntax/number-text.ts';
import { V128, type ValType, typesName } from '../syntax/types.ts';
import { backtraceLater, namesOf } from './backtrace.ts';
import { bitsToValue, valueToBits, vectorError } from './border.ts';
import { CROSS_RETURN_PC, EXIT_PC, currentGeneration, findFunction } from './code-space.ts';
import { CODE as C, FRAMES as FS, REFERENCES as R, SLOTS as S } from './stack.ts';
import type { Thread } from './thread.ts';
import { readWords, wordsOf, writeWords } from './words.ts';

/** Frames and catch clauses that are looked at for one unit of fuel. */
const STEPS_PER_FUEL = 64;

const NONE: readonly never[] = [];

/** The op `throw k l`. */
export function throwTag(t: Thread): void {
  const from = t.fp2 + C[t.pc + 1];
  const tag = t.instance.tags[C[t.pc + 2]];
  raise(t, new ExceptionObject(tag, wordsAt(from, tag), refsAt(from, tag)), t.pc + 1);
}

function wordsAt(from: number, tag: Tag): readonly number[] {
  const words: number[] = [];
  for (let i = 0; i < 2 * tag.slots; i++) words.push(S[from + i]);
  return words;
}

function refsAt(from: number, tag: Tag): readonly unknown[] {
  return tag.hasRefs ? R.slice(from >> 1, (from >> 1) + tag.slots) : NONE;
}

/** The op `throw_ref k`. @throws Trap for null. */
export function throwRef(t: Thread): void {
  const exception = R[(t.fp2 >> 1) + C[t.pc + 1]] as ExceptionObject | null;
  if (exception === null) throw new Trap('null-exception-reference');
  raise(t, exception, t.pc + 1);
}

/** Codes of the errors that wasm may not catch. */
const UNCATCHABLE: ReadonlySet<unknown> = new Set([
  'trap',
  'exhaustion',
  'interrupted',
  'exit',
  'internal',
  'unsupported',
]);

/** Is what a host function threw nothing that wasm may catch? */
export function isUncatchable(error: unknown, func: Func | undefined): boolean {
  return func?.callerHost !== undefined || UNCATCHABLE.has(brandOf(error));
}

/**
 * Takes the thread to the innermost handler of an exception that was thrown before the pc `behind`, in its running frame.
 * @throws what stands for the exception outside, if there is none; the thread is where it was.
 */
export function raise(t: Thread, exception: ExceptionObject, behind: number): void {
  let { fp2, sp, instance } = t;
  let waiting = t.callers.length;
  const where = currentGeneration();
  steps = 0;
  for (let pc = behind; pc !== EXIT_PC; pc = FS[sp]) {
    if (pc === CROSS_RETURN_PC) instance = t.callers[--waiting];
    else {
      const found = findFunction(where, pc - 1);
      const { unit, index } = where.owners[found];
      const entry = where.starts[found];
      const handler = findHandler(unit.handlers[index], pc - 1 - entry, instance, exception.tag);
      if (handler !== undefined) {
        t.callers.length = waiting;
        t.instance = instance;
        t.fp2 = fp2;
        t.sp = sp;
        t.pc = entry + handler.target;
        t.spend(1 + Math.floor(steps / STEPS_PER_FUEL));
        land(fp2, handler, exception);
        return;
      }
    }
    sp -= 2;
    fp2 -= FS[sp + 1];
  }
  throw toOutside(exception, t);
}

/** How many frames, regions and clauses the search for a handler has looked at. */
let steps = 0;

/** The clause that catches a tag at a position of a function, if there is one. */
function findHandler(
  handlers: Handlers | undefined,
  position: number,
  instance: ModuleInstance,
  tag: Tag,
): Handler | undefined {
  steps++;
  if (handlers === undefined) return undefined;
  for (let region = regionAt(handlers, position); region >= 0; region = handlers.outer[region]) {
    steps++;
    const list = handlers.clauses[region];
    for (let i = 0; i < list.length; i += 4) {
      steps++;
      if (list[i] < 0 || instance.tags[list[i]] === tag) return handlerAt(list, i);
    }
  }
  return undefined;
}

/** Puts what a handler takes into the slots of its frame. */
function land(fp2: number, { tag, slot, refSlot }: Handler, exception: ExceptionObject): void {
  const { words, refs } = exception;
  const to = fp2 + 2 * slot;
  if (tag >= 0) {
    for (let i = 0; i < words.length; i++) S[to + i] = words[i];
    for (let i = 0; i < refs.length; i++) R[(to >> 1) + i] = refs[i];
  }
  if (refSlot >= 0) R[(fp2 >> 1) + refSlot] = exception;
}

// --------------------------------------------------------------------------------------------------------- the outside

/** The two forms of an exception that crossed the border, so that it is the same object whenever it crosses again. */
const INSIDE = new WeakMap<WasmException, ExceptionObject>();
const OUTSIDE = new WeakMap<ExceptionObject, WasmException>();

/** What a host sees of an exception: the very value that a host function threw, or a WasmException. */
function toOutside(exception: ExceptionObject, t: Thread): unknown {
  const { tag } = exception;
  if (tag === JS_TAG) return exception.refs[0];
  const known = OUTSIDE.get(exception);
  if (known !== undefined) return known;
  const bits = payload(exception);
  const list = bits.map((one, i) => shown(tag.params[i], one)).join(', ');
  const message = `uncaught exception: tag ${typesName(tag.params)}${list === '' ? '' : `: ${list}`}`;
  const made = new WasmException(tag, payloadValues(tag, bits), message);
  traceWith(made, backtraceLater(t));
  INSIDE.set(made, exception);
  OUTSIDE.set(exception, made);
  return made;
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
function payloadValues({ params }: Tag, bits: readonly Bits[]): readonly Value[] {
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

/**
 * The exception that stands for what a host function threw. What it carries is read now, so code of the host may run: no
 * thread may stand on the stack without having reserved its part.
 */
export function exceptionOf(error: unknown): ExceptionObject {
  if (!isError(error, 'exception')) return javaScript(error);
  const known = INSIDE.get(error);
  if (known !== undefined) return known;
  let made: ExceptionObject;
  try {
    const { tag, values } = error;
    if (!isTag(tag)) return javaScript(error);
    made = fromValues(tag, values);
  } catch (unfit) {
    return javaScript(unfit);
  }
  if (made.tag !== JS_TAG) OUTSIDE.set(made, error);
  INSIDE.set(error, made);
  return made;
}

function javaScript(error: unknown): ExceptionObject {
  return new ExceptionObject(JS_TAG, [0, 0], [error]);
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
  const { params, slots, hasRefs } = tag;
  if (values.length !== params.length) {
    throw new TypeError(
      `an exception of tag ${typesName(params)} has ${counted(params.length, 'value')}, not ${values.length}`,
    );
  }
  const words = new Array<number>(2 * slots).fill(0);
  const refs: unknown[] = hasRefs ? new Array<unknown>(slots).fill(null) : [];
  let slot = 0;
  params.forEach((t, i) => {
    const bits = valueToBits(t, values[i], tag.defType.space);
    if (t > 0) refs[slot] = bits;
    else writeWords(words, 2 * slot, wordsOf(t), bits as bigint);
    slot += slotsOf(t);
  });
  return new ExceptionObject(tag, words, refs);
}
