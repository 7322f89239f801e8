// Lowering of custom descriptors. https://github.com/WebAssembly/custom-descriptors
import { HEAP, I32, isNullable, ref } from '../../syntax/types.ts';
import { chargeObject } from '../charges.ts';
import { structLayout } from '../../runtime/layout.ts';
import { slotNode } from '../nodes.ts';
import { slotsOf } from '../../runtime/slots.ts';
import type { TreeBuilder } from '../builder.ts';
import type { Arm, Arms } from './arm.ts';
import { branchOn } from './control.ts';
import { structOf } from './gc.ts';

function structNewDesc(b: TreeBuilder): void {
  const { fields, type, result } = structOf(b);
  chargeObject(b, structLayout(type).size);
  const slots = fields.reduce((sum, { storage }) => sum + slotsOf(storage), 0);
  b.out('struct.new_desc', fields.length + 1, [result], type.index, slots);
}

function structNewDefaultDesc(b: TreeBuilder): void {
  const { type, result } = structOf(b);
  chargeObject(b, structLayout(type).size);
  b.out('struct.new_default_desc', 1, [result], type.index);
}

function refGetDesc(b: TreeBuilder): void {
  b.object('ref.get_desc', 1, ref(HEAP.struct, false));
}

function refCastDescEq(b: TreeBuilder): void {
  const { valType } = b.cursor;
  b.out('ref.cast_desc_eq', 2, [valType], isNullable(valType) ? 1 : 0);
}

const brOnCastDescEq =
  (onFail: boolean): Arm =>
  (b) => {
    const { at, valType, valType2 } = b.cursor;
    // The answer stands beside the reference, which stays.
    b.out('ref.test_desc', 2, [valType], isNullable(valType2) ? 1 : 0);
    branchOn(b, slotNode(b.operands.place(b.operands.height - 1), I32, at), onFail);
  };

export const CUSTOM_DESCRIPTOR_ARMS = {
  'struct.new_desc': structNewDesc,
  'struct.new_default_desc': structNewDefaultDesc,
  'ref.get_desc': refGetDesc,
  'ref.cast_desc_eq': refCastDescEq,
  br_on_cast_desc_eq: brOnCastDescEq(false),
  br_on_cast_desc_eq_fail: brOnCastDescEq(true),
} satisfies Arms;
