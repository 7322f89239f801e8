// The function section: the type index of each defined function.
// https://webassembly.github.io/spec/core/binary/modules.html#function-section
import { MAX_FUNCTIONS } from '../../syntax/limits.ts';
import type { Reader } from '../reader.ts';
import { indexVector } from './vector.ts';

export function decodeFunctions(reader: Reader): Uint32Array {
  return indexVector(reader, 'functions', MAX_FUNCTIONS);
}
