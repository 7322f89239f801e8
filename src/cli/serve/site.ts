// What a server serves: the routes in the order in which they are tried, and the module and export behind each. Every file is
// loaded and checked once, before the server listens: that it links, that what is to be called is there, what `_routes` prints.
import { ExitStatus, WasmError } from '../../errors.ts';
import { type ValidModule, validateModule } from '../../index.ts';
import { engine } from '../../engine.ts';
import { Limits } from '../../runtime/limits.ts';
import { nameText } from '../../syntax/visible.ts';
import { funcTypeOf } from '../../syntax/module.ts';
import { funcTypeName } from '../../syntax/types.ts';
import { declaredRoutes, isOn, type Route, RoutesError, routeOf } from '../../wagi/routes.ts';
import { checkEntries, exportsOfModule } from '../../wasi/entries.ts';
import { WASI } from '../../wasi/index.ts';
import { withSharedMemories } from '../../wasi/program.ts';
import type { Console } from '../console.ts';
import { CliError } from '../failure.ts';
import { exportedNames } from '../invoke.ts';
import { loadProgram, moduleFailure } from '../program.ts';
import { Known, placeLines } from '../report.ts';
import type { Mapping } from '../run-options.ts';
import { checkDirectories, type Provided } from '../world.ts';
import { type ModuleEntry, readConfiguration } from './config.ts';
import { runGuest } from './guest.ts';
import { ErrorLines } from './log.ts';
import type { ServeOptions } from './options.ts';

/** Who answers a route. */
export interface Handler {
  readonly route: Route;
  readonly valid: ValidModule;
  /** For reports of what stopped it. */
  readonly known: Known;
  readonly entry: string;
  readonly argv: string | undefined;
  readonly dirs: readonly Mapping[];
}

export const HEALTH = routeOf('/healthz');

export class Site {
  private readonly handlers: readonly Handler[];

  constructor(handlers: readonly Handler[]) {
    this.handlers = handlers;
  }

  /** Who answers a path, which is still escaped: the first that fits. */
  find(path: string): Handler | undefined {
    return this.handlers.find(({ route }) => isOn(route, path));
  }

  /** Whether somebody else has the path that tells whether the server runs. */
  get hasOwnHealth(): boolean {
    return this.handlers.some(({ route }) => route.base === HEALTH.base);
  }
}

/** Loads what a command line names: a configuration, or one module for all paths. Throws CliError. */
export async function loadSite(file: string, options: ServeOptions, console: Console): Promise<Site> {
  checkDirectories(options);
  const loader = new Loader(options, console);
  const entries = file.endsWith('.toml') ? readConfiguration(console, file) : [alone(file)];
  const handlers: Handler[] = [];
  for (const entry of entries) for (const handler of await loader.handlersOf(entry)) handlers.push(handler);
  return new Site(handlers);
}

function alone(file: string): ModuleEntry {
  return { where: file, route: routeOf('/...'), file, entry: '_start', argv: undefined, volumes: [] };
}

interface Loaded {
  readonly valid: ValidModule;
  readonly known: Known;
}

class Loader {
  private readonly options: ServeOptions;
  private readonly console: Console;
  /** By absolute path. */
  private readonly loaded = new Map<string, Loaded>();

  constructor(options: ServeOptions, console: Console) {
    this.options = options;
    this.console = console;
  }

  /** The routes of a module: those that it declared, then its own. */
  async handlersOf(one: ModuleEntry): Promise<Handler[]> {
    const { file, route, entry, argv } = one;
    const loaded = this.load(file);
    const dirs = [...this.options.dirs, ...one.volumes];
    checkDirectories({ dirs, weakDirs: this.options.weakDirs });
    checkEntry(one, loaded.valid, entry);
    const own = { ...loaded, route, entry, argv, dirs };
    if (exportsOfModule(loaded.valid.module)('_routes') === undefined) return [own];
    const declared = await this.declaredBy(one, loaded.valid);
    for (const name of new Set(declared.map((also) => also.entry))) checkEntry(one, loaded.valid, name);
    return [...declared.map((also) => ({ ...own, ...also })), own];
  }

  private load(file: string): Loaded {
    const path = this.console.path(file);
    const before = this.loaded.get(path);
    if (before !== undefined) return before;
    const { module } = loadProgram(this.console, file);
    let valid: ValidModule;
    try {
      valid = validateModule(module, { features: this.options.features });
      checkEntries(exportsOfModule(module), ['_start', '_initialize']);
      checkLinks(valid, this.options);
    } catch (error) {
      throw moduleFailure(file, error, placeLines(module, error));
    }
    const loaded = { valid, known: new Known(module) };
    this.loaded.set(path, loaded);
    return loaded;
  }

  /** What `_routes` prints, without directories and variables. */
  private async declaredBy(one: ModuleEntry, valid: ValidModule) {
    checkEntry(one, valid, '_routes');
    const stderr = new ErrorLines(this.console, `${one.where}: _routes`);
    const nothing = { args: [], env: new Map<string, string>(), dirs: [], body: new Uint8Array(0) };
    const job = { ...nothing, valid, entry: '_routes', stderr: stderr.write };
    try {
      const printed = await runGuest(job, this.options, new AbortController());
      return declaredRoutes(one.route, Buffer.from(printed).toString());
    } catch (error) {
      if (error instanceof RoutesError) throw new CliError(`${one.where}: ${error.message}`);
      if (!(error instanceof WasmError) || error.code === 'internal') throw error;
      const why = error instanceof ExitStatus ? `ended with exit code ${error.exitCode}` : `failed: ${error.message}`;
      throw new CliError(`${one.where}: _routes ${why}`);
    } finally {
      stderr.end();
    }
  }
}

/** Whether an export can be called for a request. Throws CliError. */
function checkEntry({ where }: ModuleEntry, { module }: ValidModule, name: string): void {
  const found = module.exports.find((one) => one.name === name);
  if (found === undefined) {
    throw new CliError(`${where}: the module exports no ${nameText(name)}; it exports ${exportedNames(module)}`);
  }
  const type = found.kind === 'func' ? funcTypeOf(module, found.index) : undefined;
  const what = type === undefined ? `a ${found.kind}` : `a function ${funcTypeName(type)}`;
  if (type?.params.length === 0 && type.results.length === 0) return;
  throw new CliError(
    `${where}: the export ${nameText(name)} is ${what}: what answers requests is a function without parameters and results`,
  );
}

/** Makes an instance that nobody runs. Throws LinkError. */
function checkLinks(valid: ValidModule, { limits: numbers }: ServeOptions): void {
  const limits = new Limits(numbers);
  const wasi = new WASI({ limits });
  try {
    const imports = withSharedMemories(valid.module, wasi.importsFor(valid), undefined, limits) as Provided;
    engine.beginInstantiate(valid, imports, limits).release();
  } finally {
    wasi.close();
  }
}
