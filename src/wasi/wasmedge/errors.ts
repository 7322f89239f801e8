// Error numbers that WasmEdge's name look-up has beyond those of preview 1.
import { OwnError } from '../host/errno.ts';
import { AI_ERRNO, type AiErrnoName } from './abi.ts';

const KNOWN = new Map<AiErrnoName, OwnError>();

/** What is thrown for one, which a guest gets as its number. */
export function resolverError(name: AiErrnoName): OwnError {
  const known = KNOWN.get(name) ?? new OwnError(name, AI_ERRNO[name]);
  KNOWN.set(name, known);
  return known;
}
