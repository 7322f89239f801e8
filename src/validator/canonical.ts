// Canonicalises recursive groups of types, so that iso-recursive equivalence across modules is `===` on small integers.
// https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling
// The registry is one per process and only grows: a type that once was seen keeps its id. It holds each distinct group
// once, closed (all type indices in it are canonical ids) and never handed out as it is. It does not
// check types: validator/types.ts does.
import type { CompType, FieldType, FuncType, RecGroup, SubType, ValType } from '../syntax/types.ts';
import { heapOf, isExact, isNullable, ref } from '../syntax/types.ts';

/** First canonical id of each known group, by its text: two groups are equivalent when their texts are equal. */
const GROUPS = new Map<string, number>();
/** By canonical id: the closed sub type, the canonical id of its supertype or -1, the length of the chain above it. */
const TYPES: SubType[] = [];
const SUPERS: number[] = [];
const DEPTHS: number[] = [];

/** The sub type of a canonical id; the type indices in it are canonical ids. */
export function canonicalType(id: number): SubType {
  return TYPES[id];
}

/** The canonical id of the declared supertype, or -1. */
export function canonicalSuper(id: number): number {
  return SUPERS[id];
}

/** How many supertypes are above a canonical id; at most MAX_SUBTYPE_DEPTH. */
export function canonicalDepth(id: number): number {
  return DEPTHS[id];
}

/** Whether canonical id `a` is `b` or declares it, directly or not, as its supertype: a walk of at most 63 steps. */
export function isCanonicalSubtype(a: number, b: number): boolean {
  const depth = DEPTHS[b];
  let id = a;
  while (DEPTHS[id] > depth) id = SUPERS[id];
  return id === b;
}

/** A value or storage type whose type index is replaced by its canonical id. */
export function closeType(canonical: ArrayLike<number>, t: ValType): ValType {
  if (t <= 0 || heapOf(t) < 0) return t;
  return ref(canonical[heapOf(t)], isNullable(t), isExact(t));
}

function closeField(canonical: ArrayLike<number>, field: FieldType): FieldType {
  return Object.freeze({ storage: closeType(canonical, field.storage), mutable: field.mutable });
}

/** A composite type whose type indices are replaced by canonical ids. */
export function closeComp(canonical: ArrayLike<number>, comp: CompType): CompType {
  switch (comp.kind) {
    case 'func': {
      const close = (t: ValType): ValType => closeType(canonical, t);
      const [params, results] = [comp.params.map(close), comp.results.map(close)];
      return { kind: 'func', params, results };
    }
    case 'struct': {
      const fields = comp.fields.map((field) => closeField(canonical, field));
      return Object.freeze({ kind: 'struct', fields: Object.freeze(fields) });
    }
    case 'array':
      return Object.freeze({ kind: 'array', field: closeField(canonical, comp.field) });
  }
}

function closeSub(canonical: ArrayLike<number>, type: SubType): SubType {
  return Object.freeze({
    final: type.final,
    supers: Object.freeze(type.supers.map((index) => canonical[index])),
    comp: closeComp(canonical, type.comp),
    ...(type.descriptor === undefined ? {} : { descriptor: canonical[type.descriptor] }),
    ...(type.describes === undefined ? {} : { describes: canonical[type.describes] }),
  });
}

/**
 * The text of a group: references into it are written relative to its start, those before it by canonical id.
 * Equal texts are equal structures: each piece is a number with a letter in front, or a bracket.
 */
function groupKey(types: readonly SubType[], group: RecGroup, canonical: Uint32Array): string {
  const parts: string[] = [];
  const index = (i: number): string => (i >= group.start ? `r${i - group.start}` : `c${canonical[i]}`);
  const val = (t: ValType): string => (t <= 0 || heapOf(t) < 0 ? `v${t}` : `w${t & 3}${index(heapOf(t))}`);
  const field = (f: FieldType): string => `${f.mutable ? 'm' : 'k'}${val(f.storage)}`;
  for (let i = group.start; i < group.start + group.length; i++) {
    const { final, supers, comp, descriptor, describes } = types[i];
    parts.push(final ? '|f' : '|o');
    for (const one of supers) parts.push(`s${index(one)}`);
    if (descriptor !== undefined) parts.push(`d${index(descriptor)}`);
    if (describes !== undefined) parts.push(`e${index(describes)}`);
    if (comp.kind === 'func') parts.push('(', comp.params.map(val).join(''), ')', comp.results.map(val).join(''));
    else if (comp.kind === 'struct') parts.push('{', comp.fields.map(field).join(''));
    else parts.push('[', field(comp.field));
  }
  return parts.join('');
}

/**
 * Writes the canonical ids of the types of one group to `canonical`. All indices in the group must be below its end,
 * the groups before it must be done, and each type may only have a supertype of smaller index. Time and memory are
 * linear in the size of the group.
 */
export function canonicaliseGroup(types: readonly SubType[], group: RecGroup, canonical: Uint32Array): void {
  const key = groupKey(types, group, canonical);
  const known = GROUPS.get(key);
  const first = known ?? TYPES.length;
  for (let i = 0; i < group.length; i++) canonical[group.start + i] = first + i;
  if (known !== undefined) return;
  GROUPS.set(key, first);
  for (let i = group.start; i < group.start + group.length; i++) {
    const closed = closeSub(canonical, types[i]);
    const parent = closed.supers.length === 0 ? -1 : closed.supers[0];
    TYPES.push(closed);
    SUPERS.push(parent);
    DEPTHS.push(parent < 0 ? 0 : DEPTHS[parent] + 1);
  }
}

/** The canonical id of a function type that stands alone in its group, as most do. Its types are closed. */
export function canonicalFuncType(params: readonly ValType[], results: readonly ValType[]): number {
  const comp: FuncType = { kind: 'func', params, results };
  // In a module of its own, behind the types that it refers to, which there have their canonical ids as indices.
  let index = 0;
  for (const t of params.concat(results)) if (t > 0) index = Math.max(index, heapOf(t) + 1);
  const canonical = Uint32Array.from({ length: index + 1 }, (_, i) => i);
  const types: SubType[] = [];
  types[index] = { final: true, supers: [], comp };
  canonicaliseGroup(types, { start: index, length: 1 }, canonical);
  return canonical[index];
}
