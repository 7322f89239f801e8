// WebAssembly.Module: compilation and what can be asked of a module. https://webassembly.github.io/spec/js-api/#modules
import { asOnePiece } from '../clock.ts';
import { decodeModule } from '../decoder/decode.ts';
import { DEFAULT_FEATURES, withFeatures } from '../syntax/features.ts';
import { MAX_PAGES_64_API, MAX_TABLE_SIZE } from '../syntax/limits.ts';
import type { Export, ExternKind } from '../syntax/module.ts';
import { type ExternType, importType } from '../validator/subtyping.ts';
import { typeSpace, type ValidModule, validateModule } from '../validator/module.ts';
import { type CompileSettings, isProvided, wronglyTyped } from './builtins.ts';
import { CompileError, compileErrorOf } from './errors.ts';
import * as say from './messages.ts';
import { type Realm, bindObject, enteredRealm } from './realm.ts';
import { reflection } from './switch.ts';
import {
  copyBytes,
  exposeInterface,
  lookUp,
  newObject,
  toDictionary,
  toDomString,
  toSequence,
  toUsvString,
} from './webidl.ts';

export interface CompileOptions {
  /** Sets of builtins that the module may import without being given them: `js-string`. */
  readonly builtins?: Iterable<string>;
  /** The module name whose imports are strings: the names of the imports themselves. */
  readonly importedStringConstants?: string | null;
}

/** A compiled module with the options that it was compiled with. */
export interface Compiled {
  readonly valid: ValidModule;
  readonly settings: CompileSettings;
}

/** Web content still has exceptions in their first form, which browsers take too. */
const FEATURES = withFeatures(DEFAULT_FEATURES, { 'legacy-exceptions': true });

const MODULES = new WeakMap<object, Compiled>();

/** The module behind an object; undefined where it is no WebAssembly.Module. */
export function moduleOf(value: unknown): Compiled | undefined {
  return lookUp(MODULES, value);
}

/** An object for a compiled module. */
export function moduleObject(compiled: Compiled, realm?: Realm): ModuleObject {
  return bindObject(bind(newObject(realm?.own(ModuleObject) ?? ModuleObject), compiled), realm);
}

function bind(target: ModuleObject, compiled: Compiled): ModuleObject {
  MODULES.set(target, compiled);
  return target;
}

export function toModule(value: unknown, what: string): Compiled {
  const compiled = moduleOf(value);
  if (compiled === undefined) throw new TypeError(say.wrongArgument(what, 'Module'));
  return compiled;
}

/** Converts WebAssemblyCompileOptions. @throws TypeError. */
export function toSettings(options: unknown, who: string): CompileSettings {
  const given = toDictionary(options, `${who}: the options`);
  const { builtins } = given;
  const what = `${who}: Property 'builtins'`;
  const names = builtins === undefined ? [] : toSequence(builtins, what).map(toUsvString);
  const { importedStringConstants: constants } = given;
  return {
    builtins: names,
    stringModule: constants === undefined || constants === null ? null : toUsvString(constants),
  };
}

/** What the API bounds and the core specification does not: sizes that types declare, imported ones included. */
function checkLimits({ tableTypes, memTypes }: ValidModule, who: string): void {
  tableTypes.forEach(({ limits }) => {
    if (limits.min > MAX_TABLE_SIZE) throw new CompileError(`${who}: ${say.largeTable(limits.min, MAX_TABLE_SIZE)}`);
  });
  for (const { limits, pageSizeLog2 } of memTypes) {
    const most = MAX_PAGES_64_API << BigInt(16 - pageSizeLog2);
    [limits.min, limits.max ?? 0n].forEach((pages) => {
      if (pages > most) throw new CompileError(`${who}: ${say.largeMemory(pages, most)}`);
    });
  }
}

/** Compiles bytes, which nobody changes afterwards. @throws CompileError; Interrupted at the deadline of a realm. */
export function compileBytes(bytes: Uint8Array, settings: CompileSettings, who: string, realm?: Realm): Compiled {
  try {
    const read = (): ValidModule => validateModule(decodeModule(bytes), { features: FEATURES });
    const valid = asOnePiece(Number.POSITIVE_INFINITY, () => (realm === undefined ? read() : realm.within(read)));
    checkLimits(valid, who);
    if (new Set(settings.builtins).size < settings.builtins.length) {
      throw new CompileError(`${who}: ${say.duplicateBuiltins()}`);
    }
    const wrong = wronglyTyped(valid, settings);
    if (wrong === undefined) return { valid, settings };
    const text =
      wrong.module === settings.stringModule
        ? say.stringConstantType(wrong.name)
        : say.builtinType(wrong.module, wrong.name);
    throw new CompileError(`${who}: ${text}`);
  } catch (error) {
    throw compileErrorOf(error, who);
  }
}

const KINDS = { func: 'function', table: 'table', memory: 'memory', global: 'global', tag: 'tag' } as const;

/** What of a module's outside is which kind of thing. */
export type ImportExportKind = (typeof KINDS)[ExternKind];

export interface ModuleExportDescriptor {
  name: string;
  kind: ImportExportKind;
  /** With type reflection. */
  type?: object;
}
export interface ModuleImportDescriptor {
  module: string;
  name: string;
  kind: ImportExportKind;
  /** With type reflection. */
  type?: object;
}

/** The member that type reflection adds. */
function typeMember(find: () => ExternType): { type?: object } {
  const { describe } = reflection;
  return describe === undefined ? {} : { type: describe(find()) };
}

function exportType(valid: ValidModule, { kind, index }: Export): ExternType {
  const space = typeSpace(valid);
  switch (kind) {
    case 'func':
      return { kind, type: space.at(valid.funcTypes[index]) };
    case 'table':
      return { kind, type: valid.tableTypes[index], space };
    case 'memory':
      return { kind, type: valid.memTypes[index] };
    case 'global':
      return { kind, type: valid.globalTypes[index], space };
    case 'tag':
      return { kind, type: space.at(valid.tagTypes[index]) };
  }
}

export const { Module: ModuleObject } = {
  Module: class {
    /** For the compiler: other objects are no Module. */
    declare readonly [Symbol.toStringTag]: 'WebAssembly.Module';

    constructor(bytes: ArrayBufferLike | ArrayBufferView, ...options: [options?: CompileOptions]) {
      const realm = enteredRealm(new.target);
      const who = 'WebAssembly.Module()';
      const copy = copyBytes(bytes, `${who}: Argument 0`);
      const compiled = compileBytes(copy, toSettings(options[0], who), who, realm);
      return bindObject(bind(newObject(new.target), compiled), realm);
    }

    static exports(moduleObject: ModuleObject): ModuleExportDescriptor[] {
      const { valid } = toModule(moduleObject, 'WebAssembly.Module.exports(): Argument 0');
      return valid.module.exports.map((one) => ({
        name: one.name,
        kind: KINDS[one.kind],
        ...typeMember(() => exportType(valid, one)),
      }));
    }

    static imports(moduleObject: ModuleObject): ModuleImportDescriptor[] {
      const { valid, settings } = toModule(moduleObject, 'WebAssembly.Module.imports(): Argument 0');
      return valid.module.imports
        .filter((one) => !isProvided(one, settings))
        .map((one) => ({
          module: one.module,
          name: one.name,
          kind: KINDS[one.desc.kind],
          ...typeMember(() => importType(typeSpace(valid), one.desc)),
        }));
    }

    static customSections(moduleObject: ModuleObject, sectionName: string): ArrayBuffer[] {
      const who = 'WebAssembly.Module.customSections()';
      const { valid } = toModule(moduleObject, `${who}: Argument 0`);
      if (sectionName === undefined) throw new TypeError(say.missing(`${who}: Argument 1`));
      const wanted = toDomString(sectionName);
      const found = valid.module.customs.filter(({ name }) => name === wanted);
      return found.map(({ bytes }) => new Uint8Array(bytes).buffer);
    }
  },
};

export type ModuleObject = InstanceType<typeof ModuleObject>;

exposeInterface(ModuleObject, 'Module');
