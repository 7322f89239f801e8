// Wide arithmetic: instructions with two results, which are not trees. https://github.com/WebAssembly/wide-arithmetic
import { I64 } from '../../syntax/types.ts';
import type { OutName } from '../operations.ts';
import type { Arm, Arms } from './arm.ts';

const wide =
  (name: OutName): Arm =>
  (b) =>
    b.out(name, b.cursor.row.pops, [I64, I64]);

export const WIDE_ARITHMETIC_ARMS = {
  'i64.add128': wide('i64.add128'),
  'i64.sub128': wide('i64.sub128'),
  'i64.mul_wide_s': wide('i64.mul_wide_s'),
  'i64.mul_wide_u': wide('i64.mul_wide_u'),
} satisfies Arms;
