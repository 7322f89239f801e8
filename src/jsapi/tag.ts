// WebAssembly.Tag and JSTag. https://webassembly.github.io/spec/js-api/#tags
import { JS_TAG, Tag } from '../runtime/tag.ts';
import { type FuncType, type SubType, type ValType, heapOf } from '../syntax/types.ts';
import { canonicaliseGroup } from '../validator/canonical.ts';
import * as say from './messages.ts';
import { type ValueTypeName, toValueType } from './types.ts';
import { exposeInterface, lookUp, toDictionary, toSequence } from './webidl.ts';

export interface TagType {
  readonly parameters: Iterable<ValueTypeName>;
}

const TAGS = new WeakMap<object, Tag>();
const OBJECTS = new WeakMap<Tag, TagObject>();

/** The tag behind an object; undefined where it is no WebAssembly.Tag. */
export function tagOfObject(value: unknown): Tag | undefined {
  return lookUp(TAGS, value);
}

/** The object of a tag, always the same one. */
export function tagObject(tag: Tag): TagObject {
  const known = OBJECTS.get(tag);
  return known ?? bind(Object.create(TagObject.prototype) as TagObject, tag);
}

function bind(target: TagObject, tag: Tag): TagObject {
  TAGS.set(target, tag);
  OBJECTS.set(tag, target);
  return target;
}

/** The canonical id of a function type that stands alone in its group, as most do. Its types are closed. */
export function canonicalFuncType(params: readonly ValType[], results: readonly ValType[]): number {
  const comp: FuncType = { kind: 'func', params, results };
  // In a module of its own, behind the types that it refers to, which there have their canonical ids as indices.
  const index = Math.max(0, ...[...params, ...results].map((t) => (t > 0 ? heapOf(t) + 1 : 0)));
  const canonical = Uint32Array.from({ length: index + 1 }, (_, i) => i);
  const types: SubType[] = [];
  types[index] = { final: true, supers: [], comp };
  canonicaliseGroup(types, { start: index, length: 1 }, canonical);
  return canonical[index];
}

export class TagObject {
  /** For the compiler alone: other objects are no Tag. */
  declare protected readonly brand: 'Tag';

  constructor(type: TagType) {
    const who = 'WebAssembly.Tag()';
    const { parameters } = toDictionary(type, `${who}: Argument 0`);
    if (parameters === undefined) throw new TypeError(say.missing(`${who}: Property 'parameters'`));
    const what = `${who}: Property 'parameters'`;
    const params = toSequence(parameters, what).map((one) => toValueType(one, what));
    bind(this, new Tag(canonicalFuncType(params, [])));
  }
}

exposeInterface(TagObject, 'Tag');

/** WebAssembly.JSTag. */
export function jsTagObject(): TagObject {
  return tagObject(JS_TAG);
}
