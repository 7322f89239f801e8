// WebAssembly.Tag and JSTag. https://webassembly.github.io/spec/js-api/#tags
import { JS_TAG, Tag } from '../runtime/tag.ts';
import { funcType } from '../validator/type-space.ts';
import { MAX_PARAMS } from '../syntax/limits.ts';
import * as say from './messages.ts';
import { Pairs } from './pairs.ts';
import { type ValueTypeName, toValueType } from './types.ts';
import { exposeInterface, newObject, toDictionary, toSequence } from './webidl.ts';

export interface TagType {
  readonly parameters: Iterable<ValueTypeName>;
}

const PAIRS = new Pairs<Tag, TagObject>('Tag');

/** The tag behind an object; undefined where it is no WebAssembly.Tag. */
export function tagOfObject(value: unknown): Tag | undefined {
  return PAIRS.of(value);
}

/** The object of a tag, always the same one. */
export function tagObject(tag: Tag): TagObject {
  return PAIRS.object(tag, () => newObject(TagObject));
}

export const { Tag: TagObject } = {
  Tag: class {
    /** For the compiler: other objects are no Tag. */
    declare readonly [Symbol.toStringTag]: 'WebAssembly.Tag';

    constructor(type: TagType) {
      const who = 'WebAssembly.Tag()';
      const { parameters } = toDictionary(type, `${who}: Argument 0`);
      if (parameters === undefined) throw new TypeError(say.missing(`${who}: Property 'parameters'`));
      const what = `${who}: Property 'parameters'`;
      const params = toSequence(parameters, what, MAX_PARAMS).map((one) => toValueType(one, what));
      return PAIRS.bind(newObject(new.target), new Tag(funcType(params, [])));
    }
  },
};

export type TagObject = InstanceType<typeof TagObject>;

exposeInterface(TagObject, 'Tag');

/** WebAssembly.JSTag. */
export function jsTagObject(): TagObject {
  return tagObject(JS_TAG);
}
