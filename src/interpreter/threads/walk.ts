// Counts what the objects of a guest take that can still be reached: from globals, tables, element segments and stacks, of
// all its instances and threads. It is what the host's collector does, done again, because when that does it differs from
// host to host and from run to run, and what a guest may do must not.
// It looks at cells in an order of its own and calls nothing, so that no guest makes it nest; and in pieces, so that time is
// looked at in between. What is reached counts, whoever made it: what a guest keeps alive. What only the host holds does not.
import type { ExceptionObject } from '../../runtime/exception.ts';
import type { Global } from '../../runtime/global.ts';
import {
  CELL_BYTES,
  type Counting,
  FUNC_BYTES,
  HELD,
  type Heap,
  OBJECT_BYTES,
  bytesOfException,
} from '../../runtime/heap.ts';
import { type ModuleInstance, bytesOfInstance, instancesOf } from '../../runtime/instance.ts';
import { type AnyObject, arrayLayout, bytesOfArray, putTogether } from '../../runtime/objects.ts';
import type { Table } from '../../runtime/table.ts';
import { REFERENCES as R } from '../state/stack.ts';
import { free, running } from './thread.ts';

/** Cells that are looked at in one piece: less than a millisecond. */
const PIECE = 8192;

/** UTF-16 units of a string that are put together in the time for a cell. */
const UNITS_A_CELL = 256;

type Cells = readonly unknown[];

/** Every walk has a number, which is the mark of what it has reached: nothing has to be unmarked. */
let walks = 0;

export class Walk implements Counting {
  isStale = false;
  /** Bytes that have been reached. */
  live = 0;
  private readonly number = ++walks;
  private readonly pending: Cells[] = [];
  /** What is looked at when nothing is pending: element segments of the last instance, then the next instance. */
  private readonly instances: ModuleInstance[];
  private elems: readonly Cells[] = [];
  private segment = 0;
  private readonly tables = new Set<Table>();
  /** Cells that have been looked at, and units that were charged for them. */
  private looked = 0;
  charged = 0;
  /** What is being looked at, and where. */
  private cells: Cells = [];
  private at = 0;
  /** Of this piece. */
  private left = 0;

  constructor(heap: Heap) {
    this.instances = [...instancesOf(heap)];
    heap.stacks.forEach((_, { parked }) => {
      if (parked !== undefined) this.pending.push(parked.refs);
    });
    running.forEach((t, i) => {
      if (t.instance.heap !== heap && !t.callers.some((one) => one.heap === heap)) return;
      const end = i + 1 < running.length ? running[i + 1].base : free.open ? free.slot : t.top();
      this.pending.push(R.slice(t.base >> 1, end >> 1));
    });
  }

  /** Goes on; returns whether all has been looked at. */
  step(): boolean {
    for (this.left = PIECE; this.left > 0; this.left--) {
      if (this.at === this.cells.length) {
        const next = this.pending.pop() ?? this.nextRoot();
        if (next === undefined) {
          this.looked += PIECE - this.left;
          return true;
        }
        this.cells = next;
        this.at = 0;
        continue;
      }
      const value = this.cells[this.at++];
      // Functions hold nothing, and have no mark; nor has a segment that an op holds between its pieces.
      if ((value as Partial<AnyObject> | null)?.mark !== undefined) this.reach(value as AnyObject);
    }
    this.looked += PIECE - this.left;
    return false;
  }

  /** What its cells cost that were looked at since it was last asked, in whole units. */
  due(price: number): number {
    const before = this.charged;
    this.charged = Math.floor(this.looked * price);
    return this.charged - before;
  }

  private nextRoot(): Cells | undefined {
    if (this.segment < this.elems.length) {
      const one = this.elems[this.segment++];
      this.live += CELL_BYTES * one.length;
      return one;
    }
    const next = this.instances.pop();
    if (next === undefined) return undefined;
    this.live += bytesOfInstance(next.module) + FUNC_BYTES * next.funcValues;
    this.elems = next.elems;
    this.segment = 0;
    this.pending.push(next.globals, next.globalRefs, next.making);
    return next.tables;
  }

  /** What an instance holds. Many may import the same ones, or one many times; the host may have frozen them. */
  private enter(held: Table | Global): void {
    if (held.kind === 'global') this.pending.push([held.refs[held.at]]);
    else if (!this.tables.has(held)) {
      this.tables.add(held);
      held.forReferences((references) => this.pending.push(references));
    }
  }

  private reach(object: AnyObject | ExceptionObject): void {
    if (object.mark === this.number) return;
    if (object.mark === HELD) {
      this.enter(object as unknown as Table | Global);
      return;
    }
    object.mark = this.number;
    switch (object.kind) {
      case 'struct':
        this.live += OBJECT_BYTES + CELL_BYTES * object.fields.length;
        this.pending.push(object.fields);
        if (object.descriptor !== null) this.pending.push([object.descriptor]);
        return;
      case 'array':
        this.live += bytesOfArray(arrayLayout(object.defType), object.length);
        if (Array.isArray(object.cells)) this.pending.push(object.cells);
        return;
      case 'exn':
        this.live += bytesOfException(object.tag);
        this.pending.push(object.refs);
        return;
      case 'host':
        this.live += object.bytes;
        // A string that was put together may hold all of its parts until somebody reads it.
        if (typeof object.value !== 'string') return;
        putTogether(object.value);
        this.left -= Math.floor(object.value.length / UNITS_A_CELL);
    }
  }
}
