// WebAssembly.Tag and JSTag. https://webassembly.github.io/spec/js-api/#tags
import { JS_TAG, Tag } from '../runtime/tag.ts';
import { funcType } from '../validator/type-space.ts';
import { MAX_PARAMS } from '../syntax/limits.ts';
import * as say from './messages.ts';
import { Identity } from './identity.ts';
import { type ValueTypeName, toValueType } from './types.ts';
import { toDictionary, toSequence } from './webidl.ts';

export interface TagType {
  readonly parameters: Iterable<ValueTypeName>;
}

export const TAGS = new Identity<Tag, TagObject>('Tag');

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
      return TAGS.make(new.target, new Tag(funcType(params, [])));
    }
  },
};

export type TagObject = InstanceType<typeof TagObject>;

TAGS.expose(TagObject);

/** WebAssembly.JSTag. */
export function jsTagObject(): TagObject {
  return TAGS.object(JS_TAG);
}
