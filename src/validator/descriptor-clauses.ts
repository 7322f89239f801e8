// Validation of the clauses `(descriptor x)` and `(describes x)` of sub types.
// https://github.com/WebAssembly/custom-descriptors
import type { RecGroup, SubType } from '../syntax/types.ts';
import type { Context } from './context.ts';
import * as say from './messages.ts';
import { isSubtype } from './type-space.ts';

/** A type and its descriptor are structs of one group, name each other, and the described one comes first. */
export function validateClauses(ctx: Context, index: number, type: SubType, group: RecGroup): void {
  const { descriptor, describes, comp } = type;
  const { types } = ctx.module;
  const outside = (other: number): boolean => other < group.start || other >= group.start + group.length;
  if (descriptor !== undefined) {
    if (outside(descriptor)) throw say.outsideGroup(ctx.where(), 'descriptor', descriptor);
    if (comp.kind !== 'struct') throw say.mustBeStruct(ctx.where(), 'descriptor');
  }
  if (describes !== undefined) {
    if (outside(describes)) throw say.outsideGroup(ctx.where(), 'described', describes);
    if (describes >= index) throw say.forwardDescribed(ctx.where(), describes);
    if (comp.kind !== 'struct') throw say.mustBeStruct(ctx.where(), 'described');
    if (types[describes].descriptor !== index) throw say.notDescriptor(ctx.where(), describes);
  }
  if (descriptor !== undefined && types[descriptor].describes !== index)
    throw say.notDescribed(ctx.where(), descriptor);
}

/** The clauses of a sub type must match those of its super type. */
export function matchClauses(ctx: Context, index: number, parent: number, wrong: (why: string) => Error): void {
  const own = ctx.module.types[index];
  const above = ctx.module.types[parent];
  const matches = (a: number, b: number): boolean => isSubtype(ctx.space, a, ctx.space, b);
  if (above.descriptor !== undefined) {
    if (own.descriptor === undefined) throw wrong('that type has a descriptor');
    if (!matches(own.descriptor, above.descriptor)) {
      throw say.clauseMismatch(ctx.where(), 'descriptor', own.descriptor, above.descriptor);
    }
  }
  if ((own.describes === undefined) !== (above.describes === undefined))
    throw wrong('only one of them is a descriptor');
  if (own.describes !== undefined && above.describes !== undefined && !matches(own.describes, above.describes)) {
    throw say.clauseMismatch(ctx.where(), 'described', own.describes, above.describes);
  }
}
