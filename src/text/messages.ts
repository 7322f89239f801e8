// The text format's messages, one function each. Every text begins with the testsuite's phrase.
// Tokens and types are cut where they are long. `place` is where the fault stands: line and column, both from 1.
import { MalformedError } from '../errors.ts';
import { cut } from '../syntax/shown.ts';

/** A position in the text, both counted from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

const fault = (message: string, place: TextPlace): MalformedError =>
  new MalformedError(`${message} (line ${place.line}, column ${place.column})`, place);

export const malformedUtf8 = (place: TextPlace, what: string): MalformedError =>
  fault(`malformed UTF-8 encoding: ${what}`, place);
export const illegalCharacter = (place: TextPlace, code: number): MalformedError =>
  fault(`illegal character: U+${code.toString(16).padStart(4, '0')} outside strings and comments`, place);
export const unclosedComment = (place: TextPlace): MalformedError =>
  fault('unclosed comment: expected ";)", found the end of the text', place);
export const unclosedString = (place: TextPlace): MalformedError =>
  fault('unclosed string: expected a closing quote on the same line', place);
export const unclosedAnnotation = (place: TextPlace): MalformedError =>
  fault('unclosed annotation: expected ")", found the end of the text', place);
export const illegalControlCharacter = (place: TextPlace): MalformedError =>
  fault('illegal control character: in a string it is written as an escape', place);
export const illegalEscape = (place: TextPlace, text: string): MalformedError =>
  fault(`illegal escape: ${cut(text)}`, place);
export const emptyIdentifier = (place: TextPlace): MalformedError =>
  fault('empty identifier: expected a name after "$"', place);
export const emptyAnnotationId = (place: TextPlace): MalformedError =>
  fault('empty annotation id: expected a name after "(@"', place);

export const unexpectedToken = (place: TextPlace, found: string, expected: string): MalformedError =>
  fault(`unexpected token: expected ${cut(expected)}, found ${cut(found)}`, place);
export const unknownOperator = (place: TextPlace, text: string): MalformedError =>
  fault(`unknown operator ${cut(text)}: no instruction or keyword has this name`, place);
export const constantOutOfRange = (place: TextPlace, text: string, type: string): MalformedError =>
  fault(`constant out of range: ${cut(text)} is not an ${type}`, place);
export const numberOutOfRange = (place: TextPlace, text: string, type: string): MalformedError =>
  fault(`${type} constant out of range: ${cut(text)}`, place);
export const alignmentNotPowerOfTwo = (place: TextPlace, text: string): MalformedError =>
  fault(`alignment must be a power of two: ${cut(text)}`, place);
export const invalidPageSize = (place: TextPlace, text: string): MalformedError =>
  fault(`invalid custom page size: ${cut(text)} is not a power of two`, place);
export const wrongNumberOfLanes = (place: TextPlace, shape: string, count: number): MalformedError =>
  fault(`wrong number of lane literals: ${shape} has ${count}`, place);
export const invalidLaneLength = (place: TextPlace): MalformedError =>
  fault('invalid lane length: i8x16.shuffle has 16 lanes', place);

/** `space` is the index space's name in the singular: function, local, label, ... */
export const unknownId = (place: TextPlace, space: string, text: string): MalformedError =>
  fault(`unknown ${space}: ${cut(text)} is not defined`, place);
export const duplicateId = (place: TextPlace, space: string, text: string): MalformedError =>
  fault(`duplicate ${space}: ${cut(text)} is defined twice`, place);
export const mismatchingLabel = (place: TextPlace, found: string, expected: string): MalformedError =>
  fault(`mismatching label: expected ${cut(expected)}, found ${cut(found)}`, place);
export const inlineFunctionType = (place: TextPlace, declared: string, inline: string): MalformedError =>
  fault(`inline function type: the type is ${cut(declared)}, the inline declaration ${cut(inline)}`, place);
export const identifierNotAllowed = (place: TextPlace, text: string): MalformedError =>
  fault(`identifier not allowed: ${cut(text)} would stand for all items of the import`, place);
export const importAfter = (place: TextPlace, space: string): MalformedError =>
  fault(`import after ${space}: imports come before all definitions`, place);
export const multipleStarts = (place: TextPlace): MalformedError =>
  fault('multiple start sections: a module has one start function at most', place);

export const misplacedAnnotation = (place: TextPlace, id: string): MalformedError =>
  fault(`misplaced @${id} annotation: it may not stand here`, place);
export const badAnnotation = (place: TextPlace, id: string, what: string): MalformedError =>
  fault(`@${id} annotation: ${what}`, place);
