// A tag instance. https://webassembly.github.io/spec/core/exec/runtime.html#tag-instances
import { brand, brandOf } from '../brand.ts';
import { misfit } from '../options.ts';
import { MAX_PARAMS } from '../syntax/limits.ts';
import { slotsOf } from './slots.ts';
import type { ValType } from '../syntax/types.ts';
import { EXNREF, EXTERNREF, F32, F64, FUNCREF, HEAP, I32, I64, V128, ref, typeName } from '../syntax/types.ts';
import { type DefType, funcType } from '../validator/type-space.ts';

/** A tag: its identity is the object. */
export class Tag {
  readonly kind = brand(this, 'tag');
  /** @internal */
  readonly defType: DefType;
  /** Types of the values that an exception of this tag carries, with type indices of the space of its type. */
  readonly params: readonly ValType[];
  /** How many slots those values take, and whether there are references among them. */
  readonly slots: number;
  readonly hasRefs: boolean;

  /** Modules make them, and tagOf. @throws TypeError for what is no type of the engine. */
  constructor(defType: DefType) {
    const comp = (defType as DefType | undefined)?.comp;
    if (comp?.kind !== 'func') throw new TypeError('a Tag is made by tagOf(types), or by a module');
    this.defType = defType;
    this.params = comp.params.slice();
    this.slots = this.params.reduce((sum, t) => sum + slotsOf(t), 0);
    this.hasRefs = this.params.some((t) => t > 0);
  }
}

/** Is it a tag of this engine, and nothing that only passes for one? */
export function isTag(value: unknown): value is Tag {
  return brandOf(value) === 'tag';
}

/** Types that need no module to be named: the short forms of the text format. */
const NAMED = new Map<string, ValType>(
  [
    ...[I32, I64, F32, F64, V128, FUNCREF, EXTERNREF, EXNREF],
    ...[HEAP.any, HEAP.eq, HEAP.i31, HEAP.struct, HEAP.array, HEAP.none].map((heap) => ref(heap, true)),
    ...[HEAP.nofunc, HEAP.noextern, HEAP.noexn].map((heap) => ref(heap, true)),
  ].map((t) => [typeName(t), t]),
);

/**
 * Makes a tag for an embedder: to give to modules that import it, to throw and to recognise exceptions.
 *
 * @param params Types of the values by their names in the text format: `i32`, `f64`, `externref`, `anyref` ...
 * @throws TypeError for a name that is no such type, and above 1,000 parameters.
 * @example const failed = tagOf(['i32', 'externref']);
 */
export function tagOf(params: readonly string[]): Tag {
  if (!Array.isArray(params)) throw misfit('tagOf: the types', 'an array of their names', params);
  if (params.length > MAX_PARAMS)
    throw new TypeError(`a tag has at most ${MAX_PARAMS} parameters, not ${params.length}`);
  const types = params.map((name) => {
    const t = NAMED.get(name);
    if (t === undefined) throw new TypeError(`no value type is called ${JSON.stringify(name)}`);
    return t;
  });
  return new Tag(funcType(types, []));
}

/**
 * The tag of what host functions throw that is no exception of wasm: a module that imports it catches the JavaScript
 * value. https://webassembly.github.io/spec/js-api/#dom-webassembly-jstag
 */
export const JS_TAG = tagOf(['externref']);
