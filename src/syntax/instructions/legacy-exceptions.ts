// Exception handling in its first form, which engines still run.
// https://github.com/WebAssembly/exception-handling/blob/main/proposals/exception-handling/legacy/Exceptions.md
import { rows } from './row.ts';

// biome-ignore format: a table
export const LEGACY_EXCEPTIONS = rows('legacy-exceptions', [
  [0x06, 'try',       't* -> t*', 'block', 'opens'],
  [0x07, 'catch',     't* -> t*', 'tag',   'divides'],
  [0x09, 'rethrow',   't* -> t*', 'label'],
  [0x18, 'delegate',  't* -> t*', 'label', 'closes'],
  [0x19, 'catch_all', 't* -> t*', 'none',  'divides'],
]);
