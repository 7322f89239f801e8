// Throwing and catching: finds the handler of an exception, in the frames of one thread, and goes on there.
// https://webassembly.github.io/spec/core/exec/instructions.html#exec-throw-ref
// What no frame catches leaves the thread as a JavaScript exception (wasm-exception.ts); a host function in between may let it through to
// the thread that called it, where the search goes on. Traps and what stops a program are never caught.
import { brandOf } from '../../brand.ts';
import { Trap } from '../../errors.ts';
import { type Handler, type Handlers, handlerAt, regionAt } from '../../runtime/handlers.ts';
import { ExceptionObject } from '../../runtime/exception.ts';
import type { Func, ModuleInstance } from '../../runtime/instance.ts';
import { bytesOfException } from '../../runtime/heap.ts';
import type { Tag } from '../../runtime/tag.ts';
import { operandAt } from '../../lowering/op-table.ts';
import { CROSS_RETURN_PC, EXIT_PC, currentGeneration, findFunction } from '../code/code-space.ts';
import { wantRoom } from './room.ts';
import { CODE as C, FRAMES as FS, REFERENCES as R, SLOTS as S } from '../state/stack.ts';
import type { Thread } from './thread.ts';
import { toOutside } from '../values/wasm-exception.ts';

const NONE: readonly never[] = [];

/** The op `throw k l`. */
export function throwTag(t: Thread): void {
  const from = t.fp2 + operandAt(C, t.pc, 'k');
  const tag = t.instance.tags[operandAt(C, t.pc, 'l')];
  const bytes = bytesOfException(tag);
  if (!t.instance.heap.add(bytes)) wantRoom(bytes);
  else raise(t, new ExceptionObject(tag, wordsAt(from, tag), refsAt(from, tag)), t.pc + 1);
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
  const exception = R[(t.fp2 >> 1) + operandAt(C, t.pc, 'k')] as ExceptionObject | null;
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
      const entry = where.starts[found];
      const handler = findHandler(
        instance.unit.handlers[where.indices[found]],
        pc - 1 - entry,
        instance,
        exception.tag,
      );
      if (handler !== undefined) {
        t.callers.length = waiting;
        t.instance = instance;
        t.fp2 = fp2;
        t.sp = sp;
        t.pc = entry + handler.target;
        t.spend(1 + Math.floor((steps + exception.tag.slots) * instance.unit.prices.thrown));
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
