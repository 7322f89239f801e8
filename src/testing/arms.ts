// Arms: what the emitter can do for a wanted type, one for each row of the instruction table. Rows with a plain signature
// need nothing here: a new one is generated as soon as it is in the table. Others have an arm in one of the files below.
import { INSTRUCTIONS, type Row } from '../syntax/instructions.ts';
import type { ValType } from '../syntax/types.ts';
import type { Arm, Entry, Group, WantedName } from './arm.ts';
import type { Body, Choose } from './body.ts';
import { CONTROL_ARMS } from './control-arms.ts';
import { EXCEPTION_ARMS } from './exception-arms.ts';
import { GC_ARMS } from './gc-arms.ts';
import { DESCRIPTOR_ARMS } from './descriptor-arms.ts';
import type { Genome } from './genome.ts';
import type { Layout } from './layout.ts';
import { plainArm } from './plain-arms.ts';
import { REFERENCE_ARMS } from './reference-arms.ts';
import { VARIABLE_ARMS } from './variable-arms.ts';

const SPECIAL: Readonly<Record<WantedName, Entry>> = {
  ...CONTROL_ARMS,
  ...VARIABLE_ARMS,
  ...REFERENCE_ARMS,
  ...GC_ARMS,
  ...DESCRIPTOR_ARMS,
  ...EXCEPTION_ARMS,
};

const OLD_CATCHES = new Set(['try', 'rethrow', 'delegate']);
const NEW_CATCHES = new Set(['try_table', 'throw_ref']);

/** The arms for a set of features, and which of them give what. */
interface ArmSet {
  readonly arms: readonly Arm[];
  readonly found: Map<ValType | undefined, readonly (readonly Arm[])[]>;
}

const SETS = new Map<string, ArmSet>();

/**
 * What engines may do differently: relaxed instructions, and waiting, which hosts forbid on some threads. (V8 11.3 loses
 * constants that wait on the stack meanwhile.)
 */
const isOpen = ({ feature, name }: Row): boolean => feature === 'relaxed-simd' || name.startsWith('memory.atomic.wait');

/** The arm of a row; undefined for rows that come with others (`else`, `end`, `catch`), and for constants. */
export function armOf(row: Row): Arm | undefined {
  const entry = (SPECIAL as Readonly<Record<string, Entry | undefined>>)[row.name];
  return typeof entry === 'function' ? entry(row) : (entry ?? plainArm(row));
}

/** Whether a row may occur in modules of a layout. */
export function isWanted(row: Row, arm: Arm, layout: Layout): boolean {
  const { options, legacy } = layout;
  if (!layout.has(row.feature) || !layout.has(row.second ?? 'core')) return false;
  if (options.trapFree && arm.traps === true) return false;
  if (isOpen(row) && !options.nondeterministic) return false;
  return !(legacy ? NEW_CATCHES : OLD_CATCHES).has(row.name);
}

function armSet(layout: Layout): ArmSet {
  const { options, features, legacy } = layout;
  const key = `${[...features].join()} ${options.trapFree} ${options.nondeterministic} ${legacy}`;
  let set = SETS.get(key);
  if (set === undefined) {
    const arms = INSTRUCTIONS.flatMap((row) => {
      const arm = armOf(row);
      return arm !== undefined && isWanted(row, arm, layout) ? [arm] : [];
    });
    set = { arms, found: new Map() };
    if (SETS.size > 200) SETS.clear();
    SETS.set(key, set);
  }
  return set;
}

function grouped(set: ArmSet, t: ValType | undefined, layout: Layout): readonly (readonly Arm[])[] {
  const groups = new Map<Group, Arm[]>();
  for (const arm of set.arms) {
    if (!arm.gives(t, layout)) continue;
    const group = groups.get(arm.group);
    if (group === undefined) groups.set(arm.group, [arm]);
    else group.push(arm);
  }
  return [...groups.values()];
}

/** Lets the arm that the genome chooses emit, of those for a layout. */
export function chooser(layout: Layout): Choose {
  const set = armSet(layout);
  return (body, t, g) => choose(set, body, t, g);
}

function choose(set: ArmSet, body: Body, t: ValType | undefined, g: Genome): void {
  // Type indices mean something else in the next module.
  const key = t !== undefined && t > 0 && t >> 2 >= 64 ? undefined : String(t);
  let groups = key === undefined ? undefined : set.found.get(t);
  if (groups === undefined) {
    groups = grouped(set, t, body.layout);
    if (key !== undefined) set.found.set(t, groups);
  }
  if (groups.length === 0) {
    if (t !== undefined) body.leaf(t, g);
    return;
  }
  const group = groups[g.n % groups.length];
  group[g.k % group.length].emit(body, t, g);
}
