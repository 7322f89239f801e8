// The modules that a trace or a debugger meets: names of their functions, cut and made safe to show, and what is known of each function.
// https://webassembly.github.io/spec/core/appendix/custom.html#name-section
import { namesOf } from '../runtime/names.ts';
import type { Func } from '../runtime/instance.ts';
import { importedFuncs } from '../syntax/module.ts';
import { cut } from '../syntax/shown.ts';
import { nameText } from '../syntax/visible.ts';
import { Identifiers } from '../text/printer-names.ts';
import type { ValidModule } from '../validator/module.ts';
import { FunctionInfo } from './function-info.ts';
import { matchesGlob } from './glob.ts';

export class ModuleInfo {
  readonly valid: ValidModule;
  private readonly ids: Identifiers;
  private readonly prefix: string;
  private readonly exported = new Map<number, string[]>();
  private readonly functions = new Map<number, FunctionInfo>();
  private readonly matches = new Map<number, boolean>();

  /** `prefix` stands before the names of functions. */
  constructor(valid: ValidModule, prefix: string) {
    this.valid = valid;
    this.prefix = prefix;
    this.ids = new Identifiers(namesOf(valid));
    for (const { kind, index, name } of valid.module.exports) {
      if (kind !== 'func') continue;
      const names = this.exported.get(index);
      if (names === undefined) this.exported.set(index, [name]);
      else names.push(name);
    }
  }

  /** `$fac`, or `"fac"` where only an export names it, or `func[3]`. */
  funcName(index: number): string {
    const id = this.ids.index('func', index);
    if (id.startsWith('$')) return this.prefix + cut(id);
    const exported = this.exported.get(index);
    return this.prefix + (exported === undefined ? `func[${index}]` : nameText(cut(exported[0])));
  }

  /** `"env" "print"`: the names by which a function is imported. */
  importName(index: number): string {
    const found = importedFuncs(this.valid.module)[index];
    return found === undefined ? '' : `${nameText(cut(found.module))} ${nameText(cut(found.name))}`;
  }

  /** `$counter`, or `global 0`. */
  entryName(space: 'global' | 'table', index: number): string {
    const id = this.ids.index(space, index);
    return id.startsWith('$') ? cut(id) : `${space} ${id}`;
  }

  /** Whether the function's name, one of its export names or its index fits the pattern. */
  fits(index: number, pattern: string): boolean {
    const known = this.matches.get(index);
    if (known !== undefined) return known;
    const name = namesOf(this.valid).funcs.get(index);
    const names = [...(name === undefined ? [] : [name]), ...(this.exported.get(index) ?? []), String(index)];
    const fits = names.some((one) => matchesGlob(pattern, one));
    this.matches.set(index, fits);
    return fits;
  }

  func(index: number): FunctionInfo {
    let found = this.functions.get(index);
    if (found === undefined) {
      found = new FunctionInfo(this.valid, index, this.funcName(index), this.ids.ofFunction(index));
      this.functions.set(index, found);
    }
    return found;
  }
}

/** All modules of a trace. Functions of all but the first get a prefix, so that their names differ. */
export class ModuleInfos {
  private readonly known = new Map<ValidModule, ModuleInfo>();
  private readonly nameModule: (module: ValidModule) => string | undefined;

  constructor(nameModule: ((module: ValidModule) => string | undefined) | undefined) {
    let met = 0;
    this.nameModule =
      nameModule ?? ((module) => (met++ === 0 ? undefined : (namesOf(module).module ?? `module${met}`)));
  }

  of(valid: ValidModule): ModuleInfo {
    let found = this.known.get(valid);
    if (found === undefined) {
      const name = this.nameModule(valid);
      found = new ModuleInfo(valid, name === undefined ? '' : `${nameText(cut(name)).slice(1, -1)}!`);
      this.known.set(valid, found);
    }
    return found;
  }

  /** A function value's name. */
  readonly nameFunc = ({ instance, index }: Func): string =>
    instance === undefined ? 'of the host' : this.of(instance.module).funcName(index);
}
