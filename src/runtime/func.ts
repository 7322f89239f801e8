// Functions of the host: which values are functions, what JavaScript functions stand for some, and those that have a type of
// their own. The class is beside that of module instances (instance.ts), since each of them knows the other.
import { brandOf } from '../brand.ts';
import { asFunc, type FuncType, funcTypeName } from '../syntax/types.ts';
import { type ExternType, matchesExtern } from '../validator/subtyping.ts';
import { type DefType, funcType } from '../validator/type-space.ts';
import { type CallerHost, Func, type HostCost } from './instance.ts';

/**
 * How to let go of what a promise waits for, when the call that it suspended is given up: host functions of ours note it
 * with the promise that they return.
 */
export const LET_GO = new WeakMap<object, () => void>();

/** Is it a function instance of this engine, and nothing that only passes for one? */
export function isFunc(value: unknown): value is Func {
  return brandOf(value) === 'func';
}

/** What an import asks for. */
export type WantedFunc = ExternType & { readonly kind: 'func' };

/** One of several functions, the one for an import; where there is none, what to say after the import's name. */
export type Choice = (wanted: WantedFunc) => Func | string;

/** JavaScript functions that stand for function instances, where values of JavaScript are imported and exported. */
const STAND_FOR = new WeakMap<object, Func | Choice>();

/**
 * The function instance that a JavaScript function stands for, with its type; undefined for those that have no type, or
 * have more than one.
 */
export function funcBehind(value: unknown): Func | undefined {
  const standing = STAND_FOR.get(value as object);
  return typeof standing === 'function' ? undefined : standing;
}

/** That which an import takes. */
export function funcFor(value: object, wanted: WantedFunc): Func | string | undefined {
  const standing = STAND_FOR.get(value);
  return typeof standing === 'function' ? standing(wanted) : standing;
}

/** From now on the JavaScript function is imported as this function instance, or as the one that is chosen for the import. */
export function standFor(callable: (...args: never[]) => unknown, standing: Func | Choice): void {
  STAND_FOR.set(callable, standing);
}

/** Whether an import takes a function of a type. */
export function takes(wanted: WantedFunc, type: FuncType): boolean {
  return matchesExtern({ kind: 'func', type: defTypeOf(type) }, wanted);
}

/** `[i32] -> [i64]`; with `sub` before types that are open to subtypes. */
export function describeFunc({ comp, space, index }: DefType): string {
  const { final } = space.subTypes[index];
  return `${final ? '' : 'sub '}${funcTypeName(asFunc(comp))}`;
}

/**
 * A host function with a type of its own, which imports have to match. The type refers to no other type. No guest
 * catches what it throws: errors of the embedder's streams, clocks and directories reach whoever runs the guest.
 */
export function typedHost(type: FuncType, host: CallerHost, cost?: HostCost): Func {
  return new Func(defTypeOf(type), undefined, -1, undefined, undefined, host, cost);
}

function defTypeOf(type: FuncType): DefType {
  let defType = KEPT.get(type);
  if (defType === undefined) KEPT.set(type, (defType = funcType(type.params, type.results)));
  return defType;
}

/** Of types that are kept in tables, by identity. */
const KEPT = new WeakMap<FuncType, DefType>();
