// Copies of what a guest has, for a second process that goes on where the first one stands: instances with their memories,
// tables, globals and objects. What each thing stands for is found once, so that what was shared is shared by the copies.
// Code, types, tags, and what the host made are the same for both. Nothing here nests: what is reached is copied one by one.
// The frames of calls are copied by the interpreter (interpreter/threads/suspended.ts), which asks here.
import { brandOf } from '../brand.ts';
import { ExceptionObject } from './exception.ts';
import { Global } from './global.ts';
import { bytesOfException, type Heap, OBJECT_BYTES } from './heap.ts';
import { type Func, ModuleInstance, bytesOfInstance, instancesOf } from './instance.ts';
import type { Limits } from './limits.ts';
import { Memory, NO_MEMORY } from './memory.ts';
import { ArrayObject, StructObject, arrayLayout, bytesOfArray } from './objects.ts';
import { INSIDE, Table } from './table.ts';
import type { Over } from './thread.ts';

/** Bytes of an object whose cells are its fields. */
const CELL = 8;

export class Copies implements Over {
  private readonly limits: Limits;
  private readonly shares: boolean;
  private readonly known = new Map<object, object>();
  /** What has been made and is not filled yet. */
  private readonly left: (() => void)[] = [];
  private readonly memories: Memory[] = [];
  private readonly tables: Table[] = [];
  private readonly instances: ModuleInstance[] = [];
  /** Elements of tables, cells of objects and words of globals that were copied. */
  elements = 0;

  /** `sharesMemories`: the copies have the same memories, of which no copy is made. */
  constructor(limits: Limits, sharesMemories: boolean) {
    this.limits = limits;
    this.shares = sharesMemories;
  }

  /** Fills all that was asked for, and what that refers to. @throws ExhaustionError past the limits. */
  complete(): void {
    for (let fill = this.left.pop(); fill !== undefined; fill = this.left.pop()) fill();
  }

  /** Nobody uses them any more: what they were charged is given back. */
  release(): void {
    for (const one of this.instances) instancesOf(one.heap).delete(one);
    for (const one of [...this.memories, ...this.tables]) one.release();
    this.tables.length = 0;
  }

  instance(from: ModuleInstance): ModuleInstance {
    return this.once(from, () => this.copyInstance(from));
  }

  /** A reference as it is inside. */
  reference(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (brandOf(value) === 'func') {
      const { instance, index } = value as Func;
      return instance === undefined ? value : this.instance(instance).func(index);
    }
    switch ((value as { kind?: unknown }).kind) {
      case 'struct':
        return this.struct(value as StructObject);
      case 'array':
        return this.array(value as ArrayObject);
      case 'exn':
        return this.exception(value as ExceptionObject);
    }
    return value;
  }

  private once<T extends object>(from: T, make: () => T): T {
    const found = this.known.get(from);
    if (found !== undefined) return found as T;
    const made = make();
    this.known.set(from, made);
    return made;
  }

  private copyInstance(from: ModuleInstance): ModuleInstance {
    const { module, unit, limits, globalWords, globalRefs } = from;
    hold(limits.heap, bytesOfInstance(module));
    const made = new ModuleInstance(module, unit, limits, NO_MEMORY, 0);
    this.instances.push(made);
    // Somebody who imports one of its globals may have been copied before.
    Object.assign(made, { globalWords: this.words(globalWords), globalRefs: this.list(globalRefs) });
    made.paid = from.paid.slice();
    this.left.push(() => this.fill(made, from));
    return made;
  }

  private fill(made: ModuleInstance, from: ModuleInstance): void {
    const { module } = from;
    // Those that it defines are made when somebody needs them as values.
    for (let i = 0; i < module.importedFuncs; i++) made.funcs[i] = this.reference(from.funcs[i]) as Func;
    for (const one of from.memories) made.memories.push(this.memory(one));
    if (made.memories.length > 0) made.memory = made.memories[0];
    for (const one of from.tables) made.tables.push(this.table(one));
    for (const one of from.tags) made.tags.push(one);
    for (let i = 0; i < module.importedGlobals; i++) made.globals.push(this.global(from.globals[i] as Global));
    for (const one of from.elems) made.elems.push(one.map((each) => this.reference(each)));
    for (const one of from.datas) made.datas.push(one);
  }

  private global(from: Global): Global {
    if (!from.type.mutable) return from;
    return this.once(from, () => {
      const { type, words, refs, at, space } = from;
      return new Global(type, this.words(words), this.list(refs), at, space);
    });
  }

  private words(from: Int32Array): Int32Array {
    return this.once(from, () => {
      this.elements += from.length;
      return from.slice();
    });
  }

  /** References, or what cells hold, which are copied later. */
  private list(from: readonly unknown[]): unknown[] {
    return this.once(from as unknown[], () => {
      const made = from.slice();
      this.elements += made.length;
      this.left.push(() => {
        for (let i = 0; i < made.length; i++) made[i] = this.reference(made[i]);
      });
      return made;
    });
  }

  private memory(from: Memory): Memory {
    if (this.shares) return from;
    return this.once(from, () => {
      const { pages, type, maxBytes } = from;
      const made = new Memory(type, maxBytes, undefined, this.limits);
      this.memories.push(made);
      const more = pages - made.pages;
      if (more > 0 && made.grow(more) < 0) throw this.limits.exhausted('memoryBytes', `a copy of ${pages} pages`);
      if (!from.isLost) made.M8.set(from.M8.subarray(0, from.byteLength));
      return made;
    });
  }

  private table(from: Table): Table {
    return this.once(from, () => {
      from.complete();
      this.elements += from.size;
      const made = new Table(from.type, null, INSIDE, from.space, this.limits).complete();
      this.tables.push(made);
      const more = from.size - made.size;
      if (more > 0 && made.extend(more, null) < 0) throw this.limits.exhausted('tableElements', `a copy of a table`);
      this.left.push(() => {
        for (let i = 0; i < from.size; i++) made.elements.write(i, this.reference(from.elements.read(i)));
      });
      return made;
    });
  }

  private struct(from: StructObject): StructObject {
    return this.once(from, () => {
      const { defType, fields, descriptor } = from;
      hold(this.limits.heap, OBJECT_BYTES + CELL * fields.length);
      const made = new StructObject(defType, this.list(fields), null);
      this.left.push(() => {
        // A descriptor may be described in turn, so that it is not looked at before this one is there.
        (made as { descriptor: StructObject | null }).descriptor = this.reference(descriptor) as StructObject | null;
      });
      return made;
    });
  }

  private array(from: ArrayObject): ArrayObject {
    return this.once(from, () => {
      const { defType, length, cells } = from;
      hold(this.limits.heap, bytesOfArray(arrayLayout(defType), length));
      this.elements += length;
      return new ArrayObject(defType, length, Array.isArray(cells) ? this.list(cells) : cells.slice());
    });
  }

  private exception(from: ExceptionObject): ExceptionObject {
    return this.once(from, () => {
      const { tag, words, refs } = from;
      hold(this.limits.heap, bytesOfException(tag));
      return new ExceptionObject(tag, words, this.list(refs));
    });
  }
}

/** Where there is no room, what is reached is counted when the guest allocates next. */
function hold(heap: Heap, bytes: number): void {
  heap.disturb();
  if (!heap.add(bytes)) heap.room -= bytes;
}
