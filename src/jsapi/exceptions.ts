// WebAssembly.Exception, and how it crosses: the same object comes out again, however often it does.
// https://webassembly.github.io/spec/js-api/#exceptions
import { WasmException } from '../interpreter/values/wasm-exception.ts';
import { JS_TAG, type Tag } from '../runtime/tag.ts';
import * as say from './messages.ts';
import { EXCEPTIONS } from './identity.ts';
import { type TagObject, TAGS } from './tag.ts';
import { canCross, toJs, toWasm } from './crossing.ts';
import { toDictionary, toSequence, toUint32 } from './webidl.ts';

export interface ExceptionOptions {
  readonly traceStack?: boolean;
}

const STACKS = new WeakMap<object, string>();

function toTag(value: unknown, who: string): Tag {
  const tag = TAGS.of(value);
  if (tag === undefined) throw new TypeError(say.wrongArgument(`${who}: Argument 0`, 'Tag'));
  return tag;
}

/** The values of an exception as the tag's parameters. @throws TypeError. */
function toPayload(tag: Tag, payload: readonly unknown[]): unknown[] {
  const { params } = tag;
  if (params.length !== payload.length) throw new TypeError(say.payloadLength(params.length, payload.length));
  return params.map((t, i) => {
    if (!canCross(t)) throw new TypeError(say.uncrossable());
    return toWasm(payload[i], t, tag.defType.space);
  });
}

export const { Exception: ExceptionObject } = {
  Exception: class {
    constructor(exceptionTag: TagObject, payload: Iterable<unknown>, ...options: [options?: ExceptionOptions]) {
      const who = 'WebAssembly.Exception()';
      const tag = toTag(exceptionTag, who);
      const values = toSequence(payload, `${who}: Argument 1`);
      const { traceStack } = toDictionary(options[0], `${who}: Argument 2`);
      if (tag === JS_TAG) throw new TypeError(say.jsTagException());
      const made = EXCEPTIONS.make(new.target, new WasmException(tag, toPayload(tag, values)));
      if (traceStack) {
        const { stack } = new Error();
        if (typeof stack === 'string') STACKS.set(made, stack);
      }
      return made;
    }

    getArg(exceptionTag: TagObject, index: number): unknown {
      const exception = EXCEPTIONS.receiver(this);
      const who = 'WebAssembly.Exception.getArg()';
      const tag = toTag(exceptionTag, who);
      const at = toUint32(index, `${who}: Argument 1`);
      if (exception.tag !== tag) throw new TypeError(say.wrongTag());
      const { values } = exception;
      if (at >= values.length) throw new RangeError(say.noPayload(at, values.length));
      if (!canCross(tag.params[at])) throw new TypeError(say.uncrossable());
      return toJs(values[at]);
    }

    is(exceptionTag: TagObject): boolean {
      const exception = EXCEPTIONS.receiver(this);
      return exception.tag === toTag(exceptionTag, 'WebAssembly.Exception.is()');
    }

    get stack(): string | undefined {
      EXCEPTIONS.receiver(this);
      return STACKS.get(this);
    }
  },
};

export type ExceptionObject = InstanceType<typeof ExceptionObject>;

EXCEPTIONS.expose(ExceptionObject);
