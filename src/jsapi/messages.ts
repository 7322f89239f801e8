// The texts of the errors that the namespace itself throws. Those of modules and traps come from the layers below.
// They begin with who was called, as in browsers: `WebAssembly.Instance(): ...`.
import { counted } from '../syntax/shown.ts';

export const notAnObject = (what: string): string => `${what} has to be an object`;
export const outOfRange = (what: string, type: string): string => `${what} has to be convertible to a valid ${type}`;
export const notABigInt = (type: string): string => `cannot convert a value of type ${type} to a BigInt`;
export const notIterable = (what: string): string => `${what} has to be iterable`;
export const notABufferSource = (what: string): string => `${what} has to be a buffer source`;
export const missing = (what: string): string => `${what} is required`;
export const notInEnum = (what: string, text: string, allowed: readonly string[]): string =>
  `${what} has to be one of ${allowed.map((one) => `'${one}'`).join(', ')}, not ${JSON.stringify(text)}`;

export const wrongReceiver = (name: string): string => `the receiver is not a WebAssembly.${name}`;
export const wrongArgument = (what: string, name: string): string => `${what} has to be a WebAssembly.${name}`;
export const notAModuleOrBytes = (what: string): string => `${what} has to be a buffer source or a WebAssembly.Module`;

export const notAReference = (type: string, what: string): string =>
  `type incompatibility: ${type} does not take ${what}`;
export const uncrossable = (): string =>
  'type incompatibility: values of type v128 and exnref cannot cross to JavaScript';
export const wrongResults = (expected: number, found: number): string =>
  `multi-return length mismatch: expected ${counted(expected, 'value')}, found ${found}`;

export const noImports = (who: string): string => `${who}: the imports argument must be present and must be an object`;
const place = (index: number, module: string, name: string): string =>
  `Import #${index} ${JSON.stringify(module)} ${JSON.stringify(name)}`;
export const importedModule = (who: string, index: number, module: string): string =>
  `${who}: Import #${index} ${JSON.stringify(module)}: module is not an object or function`;
export const importedKind = (who: string, index: number, module: string, name: string, kind: string): string =>
  `${who}: ${place(index, module, name)}: ${kind}`;
const NEEDED = {
  func: 'function import requires a callable',
  memory: 'memory import must be a WebAssembly.Memory object',
  table: 'table import requires a WebAssembly.Table',
  tag: 'tag import requires a WebAssembly.Tag',
} as const;
export const needed = (kind: keyof typeof NEEDED): string => NEEDED[kind];
export const globalNeeded = (type: string, wanted: string): string =>
  `global import of type ${type} must be ${wanted} or a WebAssembly.Global object`;
export const mutableGlobalNeeded = (): string => 'imported mutable global must be a WebAssembly.Global object';

export const duplicateBuiltins = (): string => 'the list of builtins names a set twice';
export const builtinType = (module: string, name: string): string =>
  `the builtin ${JSON.stringify(module)} ${JSON.stringify(name)} is imported with another type`;
export const stringConstantType = (name: string): string =>
  `the string constant ${JSON.stringify(name)} has to be imported as an immutable global of type externref or (ref extern)`;

export const maximumBelowInitial = (who: string): string => `${who}: Property 'maximum' is lower than 'initial'`;
export const bothLimits = (): string => "Properties 'initial' and 'minimum' are not allowed at the same time";
export const cannotGrow = (who: string): string => `${who}: Maximum size exceeded`;
export const outOfTable = (who: string, index: string, length: number): string =>
  `${who}: invalid address ${index} in a table of size ${length}`;
export const largeTable = (min: bigint, most: number): string =>
  `a table of at least ${counted(min, 'element')}; at most ${most} are possible`;
export const largeMemory = (pages: bigint, most: bigint): string =>
  `a memory of ${counted(pages, 'page')}; at most ${most} are possible`;
export const tooMany = (what: string, most: number): string => `${what} has more than ${most} entries`;
export const tooLarge = (who: string, pages: string): string =>
  `${who}: ${pages} pages are more than a memory can have`;
export const constantGlobal = (): string => "set WebAssembly.Global.value: Can't set the value of an immutable global.";
export const noDefault = (type: string): string => `a value is required, since ${type} has no default`;

export const jsTagException = (): string => 'WebAssembly.Exception(): the tag must not be WebAssembly.JSTag';
export const payloadLength = (expected: number, found: number): string =>
  `WebAssembly.Exception(): the tag has ${counted(expected, 'parameter')}, not ${found}`;
export const wrongTag = (): string => 'WebAssembly.Exception.getArg(): the exception is of another tag';
export const noPayload = (index: number, length: number): string =>
  `WebAssembly.Exception.getArg(): index ${index} of ${counted(length, 'value')}`;

export const notAFunction = (who: string): string => `${who}: Argument 0 must be a function`;
export const notExported = (who: string): string => `${who}: Argument 0 must be a WebAssembly exported function`;
export const cannotSuspend = (): string =>
  'trying to suspend without WebAssembly.promising, or with JavaScript frames in between';

export const notAResponse = (who: string): string => `${who}: the source has to be a Response, or a promise of one`;
export const notOk = (who: string, status: unknown): string => `${who}: HTTP status code is not ok (${String(status)})`;
export const wrongMimeType = (who: string, found: string): string =>
  `${who}: Incorrect response MIME type. Expected 'application/wasm', found '${found}'.`;

export const objectIsOpaque = (): string => 'WebAssembly objects are opaque';

export const postedMemory = (): string => 'a memory that was posted has fewer bytes than its type says';
