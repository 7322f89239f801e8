// What an arm is: the rule of a special row, by its mnemonic. Each file beside this one has those of a file of rows.
import type { SpecialName } from '../../syntax/instructions.ts';
import type { BodyState } from '../body-state.ts';

/** Validates the instruction under the cursor. */
export type Arm = (s: BodyState) => void;
export type Arms = Partial<Readonly<Record<SpecialName, Arm>>>;
