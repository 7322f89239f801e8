// What an arm is: it lowers an instruction. Each file beside this one has those of a file of rows.
import type { Mnemonic } from '../../syntax/instructions.ts';
import type { TreeBuilder } from '../builder.ts';

/** Lowers the instruction under the builder's cursor, which can be reached, or belongs to the nesting of blocks. */
export type Arm = (b: TreeBuilder) => void;
export type Arms = Partial<Readonly<Record<Mnemonic, Arm>>>;
