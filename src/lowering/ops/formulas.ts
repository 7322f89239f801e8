// What operations do, as formulas: functions of expressions. `i32.add(i32.shl(a, k), c)` is the formula of two operations
// in one op. Rows of ops take them from here; how operands come and results go is not known here.
import { type Expression, type Part, math, op, wrapped } from './parts.ts';

type Unary = (a: Expression) => Part;
type Binary = (a: Expression, b: Expression) => Part;

const unsigned = (one: Expression): Part => op`${one} >>> 0`;

/** Of i32; comparisons are conditions. */
export const i32 = {
  add: (a, b) => wrapped`${a} + ${b}`,
  sub: (a, b) => wrapped`${a} - ${b}`,
  mul: (a, b) => math('imul', a, b),
  and: (a, b) => op`${a} & ${b}`,
  or: (a, b) => op`${a} | ${b}`,
  xor: (a, b) => op`${a} ^ ${b}`,
  shl: (a, b) => op`${a} << ${b}`,
  shr_s: (a, b) => op`${a} >> ${b}`,
  shr_u: (a, b) => op`${a} >>> ${b} | 0`,
  /** Reads its operands twice: they are in variables, or cheap. */
  rotl: (a, b) => op`${a} << ${b} | ${a} >>> 32 - ${b}`,
  rotr: (a, b) => op`${a} >>> ${b} | ${a} << 32 - ${b}`,
  eq: (a, b) => op`${a} === ${b}`,
  ne: (a, b) => op`${a} !== ${b}`,
  lt_s: (a, b) => op`${a} < ${b}`,
  lt_u: (a, b) => op`${unsigned(a)} < ${unsigned(b)}`,
  gt_s: (a, b) => op`${a} > ${b}`,
  gt_u: (a, b) => op`${unsigned(a)} > ${unsigned(b)}`,
  le_s: (a, b) => op`${a} <= ${b}`,
  le_u: (a, b) => op`${unsigned(a)} <= ${unsigned(b)}`,
  ge_s: (a, b) => op`${a} >= ${b}`,
  ge_u: (a, b) => op`${unsigned(a)} >= ${unsigned(b)}`,
} satisfies Record<string, Binary>;

export const isZero: Unary = (a) => op`${a} === 0`;
export const isNotZero: Unary = (a) => op`${a} !== 0`;
export const not: Unary = (condition) => op`!${condition}`;

/** Of f32 and f64, which differ by where operands are; comparisons are conditions. */
export const float = {
  add: (a, b) => op`${a} + ${b}`,
  sub: (a, b) => op`${a} - ${b}`,
  mul: (a, b) => op`${a} * ${b}`,
  div: (a, b) => op`${a} / ${b}`,
  min: (a, b) => math('min', a, b),
  max: (a, b) => math('max', a, b),
  eq: (a, b) => op`${a} === ${b}`,
  ne: (a, b) => op`${a} !== ${b}`,
  lt: (a, b) => op`${a} < ${b}`,
  le: (a, b) => op`${a} <= ${b}`,
  gt: (a, b) => op`${a} > ${b}`,
  ge: (a, b) => op`${a} >= ${b}`,
} satisfies Record<string, Binary>;
