// Where a module lets the bits of a NaN be seen that engines may choose: generated code makes NaNs canonical first (body.ts).
// https://webassembly.github.io/spec/core/exec/numerics.html#nan-propagation
import { decodeModule } from '../decoder/decode.ts';
import { F32, F64, V128 } from '../syntax/types.ts';
import { type Instruction, codeOf } from './code.ts';
import { bodyAt } from './leave-out.ts';
import { LOOKS, OPEN_LANES } from './plain-arms.ts';

/** Opcodes of what makes the float on the stack canonical, between the two kinds of constants. */
const SCALAR = [
  [0x22, 0x43, 0x20, 0x20, 0x5b, 0x1b],
  [0x22, 0x44, 0x20, 0x20, 0x61, 0x1b],
];
const LANES = [
  [0x22, 0x43, 0xfd_013, 0x20, 0x20, 0xfd_041, 0xfd_052],
  [0x22, 0x44, 0xfd_014, 0x20, 0x20, 0xfd_047, 0xfd_052],
];

/** Whether instructions from `at` on have these opcodes, and name the same local. */
function isAt(list: readonly Instruction[], at: number, codes: readonly number[]): boolean {
  return codes.every((code, i) => {
    const one = list[at + i];
    return one?.row.code === code && (one.row.imm !== 'local' || one.index === list[at].index);
  });
}

const isConstant = (one: Instruction | undefined): boolean => one?.row.code === 0x43 || one?.row.code === 0x44;

function isOpen(list: readonly Instruction[], i: number): boolean {
  const { name, sig } = list[i].row;
  const last = sig?.pops[sig.pops.length - 1];
  if (LOOKS.test(name) && (last === F32 || last === F64)) {
    return !isConstant(list[i - 1]) && !SCALAR.some((codes) => isAt(list, i - codes.length, codes));
  }
  const isVector = sig?.pushes[0] === V128 && OPEN_LANES.test(name);
  return isVector && !LANES.some((codes) => isAt(list, i + 1, codes));
}

/** How many instructions show what bits a NaN has. Of two modules of one origin the one with more may show more. */
export function shownNaNs(bytes: Uint8Array): number {
  const module = decodeModule(bytes);
  let count = 0;
  for (let i = 0; i < module.funcs.types.length; i++) {
    const { instructions } = codeOf(bodyAt(module.funcs, i));
    count += instructions.filter((_, at) => isOpen(instructions, at)).length;
  }
  return count;
}
