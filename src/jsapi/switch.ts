// What type reflection changes elsewhere, once reflection.ts has switched it on. Undefined: it is off.
import type { ExternType } from '../validator/subtyping.ts';

export const reflection: {
  /** The descriptor of a closed external type. */
  describe: ((extern: ExternType) => object) | undefined;
  /** The prototype of exported functions. */
  functionPrototype: object | undefined;
} = { describe: undefined, functionPrototype: undefined };
