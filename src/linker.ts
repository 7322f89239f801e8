// Links several modules by name: what one defines, the next may import.
import { checkRecord, having, misfit, shown, text } from './options.ts';
import { emptyRecord } from './syntax/records.ts';
import { type ImportValue, type Imports, type Instance, type InstanceOptions, instantiate } from './instance.ts';
import type { ValidModule } from './validator/module.ts';

/** Collects import values under module names and instantiates modules against them. */
export class Linker {
  private readonly modules = new Map<string, Map<string, ImportValue>>();

  /** Defines one value. A later definition of the same name takes its place. */
  define(module: string, name: string, value: ImportValue): this {
    text(module, 'Linker.define: the module name');
    text(name, 'Linker.define: the name');
    if (value === undefined) throw misfit(`Linker.define: ${shown(module)} ${shown(name)}`, 'a value to import', value);
    const known = this.modules.get(module) ?? new Map<string, ImportValue>();
    known.set(name, value);
    this.modules.set(module, known);
    return this;
  }

  /** Defines all values of an import object. */
  defineAll(imports: Imports): this {
    checkRecord(imports, 'Linker.defineAll: the import object');
    for (const [module, values] of Object.entries(imports)) {
      checkRecord(values, `Linker.defineAll: ${shown(module)}`);
      for (const [name, value] of Object.entries(values)) this.define(module, name, value);
    }
    return this;
  }

  /** Defines all exports of an instance under a module name. */
  defineInstance(module: string, instance: Instance): this {
    having('an Instance', 'exports')(instance, 'Linker.defineInstance: what is defined');
    for (const name of Object.keys(instance.exports)) this.define(module, name, instance.exports[name]);
    return this;
  }

  /** Everything that was defined, as an import object without prototypes. */
  get imports(): Imports {
    const all = emptyRecord<Record<string, ImportValue>>();
    for (const [module, values] of this.modules) {
      all[module] = emptyRecord();
      for (const [name, value] of values) all[module][name] = value;
    }
    return all;
  }

  /** Instantiates a module against what was defined. @throws as `instantiate` does. */
  instantiate(module: ValidModule, options?: InstanceOptions): Instance {
    return instantiate(module, this.imports, options);
  }
}
