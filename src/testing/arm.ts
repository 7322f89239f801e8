// What an arm is: what the emitter can do for a wanted type, with one row of the instruction table.
import type { Row, SpecialName } from '../syntax/instructions.ts';
import type { ValType } from '../syntax/types.ts';
import type { Body } from './body.ts';
import type { Genome } from './genome.ts';
import type { Layout } from './layout.ts';

/** Groups are equally likely, so that the vector rows do not leave the others without a chance. */
export type Group =
  | 'variable'
  | 'control'
  | 'branch'
  | 'numeric'
  | 'convert'
  | 'memory'
  | 'bulk'
  | 'table'
  | 'call'
  | `vector ${string}`
  | 'relaxed'
  | 'vector-memory'
  | 'atomic'
  | 'reference'
  | 'struct'
  | 'array'
  | 'cast'
  | 'exception';

export interface Arm {
  readonly group: Group;
  /** Whether it can give a value of a type, or (undefined) stand as a statement. */
  gives(t: ValType | undefined, layout: Layout): boolean;
  /** Emits code that leaves the value, or nothing. */
  emit(body: Body, t: ValType | undefined, g: Genome): void;
  /** May trap whatever its operands. */
  readonly traps?: true;
}

/** Rows that come with others. */
type Part = 'else' | 'end' | 'catch' | 'catch_all';
export type WantedName = Exclude<SpecialName, Part>;

/** Arms of special rows; of those that share a name, by row. */
export type Entry = Arm | ((row: Row) => Arm);
export type Arms = Partial<Readonly<Record<WantedName, Entry>>>;
