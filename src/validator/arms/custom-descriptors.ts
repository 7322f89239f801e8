// Validation of instructions of custom descriptors. https://github.com/WebAssembly/custom-descriptors
import { type ValType, heapOf, heapTypeName, isExact, ref } from '../../syntax/types.ts';
import type { BodyState } from '../body-state.ts';
import * as say from '../messages.ts';
import type { Arms } from './arm.ts';
import { castBranch, castFailure, checkCastTypes, popCastOperand, structNew, structNewDefault } from './gc.ts';

/** The descriptor type that a heap type has. */
function descriptorOf(s: BodyState, heap: number): number {
  const descriptor = heap < 0 ? undefined : s.ctx.module.types[heap].descriptor;
  if (descriptor === undefined) throw say.withoutDescriptor(s.ctx.where(), heapTypeName(heap));
  return descriptor;
}

/** The descriptor of an exact reference is exact. */
function refGetDesc(s: BodyState): void {
  const { index } = s.cursor;
  s.ctx.comp(index);
  const { descriptor } = s.ctx.module.types[index];
  if (descriptor === undefined) throw say.typeWithoutDescriptor(s.ctx.where(), index);
  const t = s.stack.popVal(ref(index, true));
  s.stack.pushVal(ref(descriptor, false, t === 0 || (isExact(t) && heapOf(t) === index) || heapOf(t) < 0));
}

function popTarget(s: BodyState, to: ValType): void {
  s.ctx.val(to);
  s.stack.popVal(ref(descriptorOf(s, heapOf(to)), true, isExact(to)));
}

function refCastDescEq(s: BodyState): void {
  const { valType } = s.cursor;
  popTarget(s, valType);
  popCastOperand(s, valType);
  s.stack.pushVal(valType);
}

function brOnCastDescEq(s: BodyState, onFail: boolean): void {
  const { valType: from, valType2: to } = s.cursor;
  checkCastTypes(s);
  popTarget(s, to);
  s.stack.popVal(from);
  castBranch(s, onFail);
  s.stack.pushVal(onFail ? to : castFailure(from, to));
}

export const CUSTOM_DESCRIPTOR_ARMS = {
  'struct.new_desc': (s) => structNew(s, true),
  'struct.new_default_desc': (s) => structNewDefault(s, true),
  'ref.get_desc': refGetDesc,
  'ref.cast_desc_eq': refCastDescEq,
  br_on_cast_desc_eq: (s) => brOnCastDescEq(s, false),
  br_on_cast_desc_eq_fail: (s) => brOnCastDescEq(s, true),
} satisfies Arms;
