// The types of a module: which of them are equivalent, which are above which, and what they are in another module.
// https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling
// A type index means something together with its space, and that is how types are identified at run time, too. Within a space
// the smallest index of equivalent types stands for all of them (the canonical one); what a type of one space is in
// another is found when they first meet. So there is no list of all types that were ever seen: a space lives as long as
// its module, or a function, object, table, global or tag that was made with it.
// It does not check types: validator/types.ts does. Nothing recurses: types refer to others by index.
import type { CompType, FieldType, RecGroup, SubType, ValType } from '../syntax/types.ts';
import { heapOf, isExact, isNullable, ref } from '../syntax/types.ts';

/** A defined type at run time: a canonical index of a space. Each is there once, and only if somebody asked for it. */
export class DefType {
  readonly space: TypeSpace;
  readonly index: number;
  /** Its type indices are of the space. */
  readonly comp: CompType;
  /** Whether values of a function type can cross to JavaScript (interpreter/values/border.ts), where somebody asked. */
  crosses: boolean | undefined = undefined;
  /** S words that its arguments or results take (interpreter/state/words.ts); -1 where nobody asked. */
  span = -1;
  /** How structs or arrays of it are laid out (runtime/layout.ts, runtime/objects.ts), where somebody asked. */
  layout: object | undefined = undefined;
  /** What structs of it are made by, where one was made (runtime/layout.ts). */
  cells: object | undefined = undefined;

  constructor(space: TypeSpace, index: number) {
    this.space = space;
    this.index = index;
    this.comp = space.subTypes[index].comp;
  }
}

export class TypeSpace {
  readonly subTypes: readonly SubType[];
  private readonly groups: readonly RecGroup[];
  /** By type index: the canonical one. */
  readonly canonical: Uint32Array;
  /** By canonical index: that of the declared supertype, which is smaller, or -1. */
  readonly parents: Int32Array;
  /** Where each group begins that is the first of its kind, by its text. Large, so it is dropped once the space is made. */
  private starts: Map<string, number> | undefined = undefined;
  private readonly made: (DefType | undefined)[];
  /** Of spaces that were met: own canonical indices by their type indices, or -1. */
  private readonly met = new WeakMap<TypeSpace, Int32Array>();

  constructor(subTypes: readonly SubType[], groups: readonly RecGroup[]) {
    const { length } = subTypes;
    this.subTypes = subTypes;
    this.groups = groups;
    this.canonical = new Uint32Array(length);
    this.parents = new Int32Array(length);
    this.made = new Array<DefType | undefined>(length);
  }

  /**
   * Gives the types of a group their canonical indices, groups in order. All indices in it must be below its end, and
   * supertypes smaller than their subtypes. Time and memory are linear in the size of the group.
   */
  add(group: RecGroup): void {
    const { subTypes, canonical, parents } = this;
    const { start, length } = group;
    const known = this.enter(group);
    for (let i = start; i < start + length; i++) {
      canonical[i] = known + i - start;
      const [parent = -1] = subTypes[i].supers;
      parents[i] = parent < 0 ? -1 : canonical[parent];
    }
  }

  /** All groups are in: what only serves to find them goes. */
  close(): void {
    this.starts = undefined;
  }

  /** Where the first group of its kind begins. */
  private enter(group: RecGroup): number {
    const starts = (this.starts ??= new Map());
    const text = groupText(this.subTypes, group, this.canonical);
    const known = starts.get(text);
    if (known === undefined) starts.set(text, group.start);
    return known ?? group.start;
  }

  /** What the types of another space are in this one: canonical indices by type index, or -1. */
  meet(other: TypeSpace): Int32Array {
    let map = this.met.get(other);
    if (map === undefined) {
      for (const group of this.groups) this.enter(group);
      map = new Int32Array(other.subTypes.length);
      for (const group of other.groups) {
        const known = this.starts?.get(groupText(other.subTypes, group, map)) ?? -1;
        for (let i = 0; i < group.length; i++) map[group.start + i] = known < 0 ? -1 : known + i;
      }
      this.close();
      this.met.set(other, map);
    }
    return map;
  }

  /** The type of an index as an object: the same one for equivalent types. */
  at(index: number): DefType {
    return this.made[index] ?? this.make(index);
  }

  private make(index: number): DefType {
    const canonical = this.canonical[index];
    return (this.made[index] = canonical === index ? new DefType(this, index) : this.at(canonical));
  }

  /** Whether canonical index `a` is `b` or declares it, directly or not, as its supertype: a walk of at most 63 steps. */
  isBelow(a: number, b: number): boolean {
    let index = a;
    while (index > b) index = this.parents[index];
    return index === b;
  }

  /** A value or storage type with the canonical index in the place of its type index. */
  canonicalType(t: ValType): ValType {
    if (t <= 0 || heapOf(t) < 0) return t;
    return ref(this.canonical[heapOf(t)], isNullable(t), isExact(t));
  }
}

/** Whether a type of a space is one of another space (or the same), or declares it as its supertype. */
export function isSubtype(from: TypeSpace, a: number, to: TypeSpace, b: number): boolean {
  let index = from.canonical[a];
  if (from !== to) {
    const map = to.meet(from);
    while (index >= 0 && map[index] < 0) index = from.parents[index];
    if (index < 0) return false;
    index = map[index];
  }
  return to.isBelow(index, to.canonical[b]);
}

/** Whether a type of a space is equivalent to one of another space, or of the same. */
export function isSame(from: TypeSpace, a: number, to: TypeSpace, b: number): boolean {
  return isSubtype(from, a, to, b) && isSubtype(to, b, from, a);
}

/** A space of some types, each in a group of its own. */
export function hostTypes(...comps: readonly CompType[]): TypeSpace {
  const groups = comps.map((_, start) => ({ start, length: 1 }));
  const space = new TypeSpace(
    comps.map((comp) => ({ final: true, supers: [], comp })),
    groups,
  );
  for (const group of groups) space.add(group);
  return space;
}

/** The space of what refers to no defined type. */
export const NO_TYPES = hostTypes();

/** A function type that refers to no other, in a space of its own. */
export function funcType(params: readonly ValType[], results: readonly ValType[]): DefType {
  return hostTypes({ kind: 'func', params, results }).at(0);
}

/**
 * What makes up a group, as text: equal texts are equal groups. `map` takes the type indices before it to canonical ones of
 * some space (-1 for what that has not), those in it count from its start. Each number is separated from its neighbours, and
 * lists by their lengths.
 */
function groupText(subTypes: readonly SubType[], { start, length }: RecGroup, map: ArrayLike<number>): string {
  const index = (i: number | undefined): number => (i === undefined ? 0 : i < start ? map[i] + 1 : start - 1 - i);
  const val = (t: ValType): number => {
    const heap = heapOf(t);
    return t <= 0 || heap < 0 ? t : heap < start ? t + 4 * (map[heap] - heap) : 4 * start - 1 - t;
  };
  let text = '';
  for (let i = start; i < start + length; i++) {
    const { final, supers, comp, descriptor, describes } = subTypes[i];
    const words = [final ? 1 : 0, index(descriptor), index(describes), supers.length, ...supers.map(index)];
    const field = ({ storage, mutable }: FieldType): number => 2 * val(storage) + (mutable ? 1 : 0);
    switch (comp.kind) {
      case 'func':
        words.push(0, comp.params.length);
        for (const t of comp.params) words.push(val(t));
        for (const t of comp.results) words.push(val(t));
        break;
      case 'struct':
        words.push(1);
        for (const one of comp.fields) words.push(field(one));
        break;
      case 'array':
        words.push(2, field(comp.field));
        break;
      default:
        comp satisfies never;
    }
    text += `${words};`;
  }
  return text;
}
