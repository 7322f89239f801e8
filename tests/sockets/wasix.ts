// Programs of WASIX, and what each does.
import type { SocketProgram } from './trial.ts';

export const WASIX: readonly SocketProgram[] = [];
