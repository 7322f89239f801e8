// The imports of a program: WASI, modules given with --module, stand-ins for what nobody provides.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md  A program gets nothing that is not named.
import { LinkError, Trap } from '../errors.ts';
import type { Imports } from '../index.ts';
import { emptyRecord, own } from '../syntax/records.ts';
import type { Module } from '../syntax/module.ts';
import { nameText } from '../syntax/visible.ts';
import { defaultFunction, throwingFunction } from '../interpreter/values/stand-ins.ts';
import { typeSpace, type ValidModule } from '../validator/module.ts';
import { type Directory, type Listener, SystemError, WASI, type WasiOptions } from '../wasi/index.ts';
import { INTERFACES } from '../wasi/interfaces.ts';
import { SPAWN_NAME, THREADS_MODULE } from '../wasi/threads.ts';
import { generationOf } from '../wasi/wasix/generation.ts';
import { nodeHost, nodeListener, readOnly } from '../wasi/hosts/node.ts';
import { openHostDirectory, orWeak } from '../wasi/hosts/node/directory.ts';
import { directoryError, openDirectories } from '../wasi/hosts/node/preopens.ts';
import { CliError } from './failure.ts';
import type { Console } from './console.ts';
import type { ListenAddress, Mapping, RunOptions } from './run-options.ts';

/** Imports under construction: by module, then by name. */
export type Provided = Record<string, Record<string, Imports[string][string]>>;

/** Whether a module imports anything of WASI preview 1, its predecessor, wasi-threads, or WASIX. */
export function usesWasi(module: Module): boolean {
  return generationOf(module) !== undefined || module.imports.some((one) => INTERFACES.has(one.module));
}

/** Whether a module is a command that starts guest threads or processes, or that runs on a shared memory. */
export function usesThreads(module: Module): boolean {
  if (!module.exports.some(({ name }) => name === '_start')) return false;
  if (generationOf(module) !== undefined) return true;
  return module.imports.some(
    ({ module: from, name, desc }) =>
      (from === THREADS_MODULE && name === SPAWN_NAME) || (desc.kind === 'memory' && desc.type.shared),
  );
}

/** A WASI process for one program. Directories are opened here; CliError names the one that cannot be. */
export function wasiFor(
  args: readonly string[],
  options: RunOptions,
  console: Console,
  {
    listeners,
    strace,
    programs,
    network,
  }: Pick<WasiOptions, 'strace' | 'programs' | 'network'> & { readonly listeners: readonly Listener[] },
): WASI {
  const preopens = openMappings(options);
  try {
    return new WASI({
      ...nodeHost({ args, env: options.env, stdio: console.guest === undefined, strace }),
      preopens,
      programs,
      listeners,
      network,
      limits: options.limits,
      ...console.guest,
    });
  } catch (error) {
    for (const [, directory] of preopens) directory.close();
    if (error instanceof TypeError) throw new CliError(error.message);
    if (error instanceof SystemError && error.errno === 'MFILE') {
      throw new CliError(`the program has no room for its streams and directories`, [
        'hint: --max-handles N gives it more',
      ]);
    }
    throw error;
  }
}

/** What directories a program is given, and how. */
export type Directories = Pick<RunOptions, 'dirs' | 'weakDirs'>;

/** The directories of the command line, all or none of them. Throws CliError. */
export function openMappings({ dirs, weakDirs }: Directories): ReturnType<typeof openDirectories> {
  const mapped = dirs.map((one) => [one.guest, one] as const);
  return openDirectories(mapped, (one) => openDirectory(one, weakDirs));
}

/** Whether all directories of the command line can be given, also where the program asks for none. Throws CliError. */
export function checkDirectories(options: Directories): void {
  for (const [, directory] of openMappings(options)) directory.close();
}

/** A directory of the command line. Throws CliError. */
function openDirectory({ host: path, readOnly: isReadOnly, named = '--dir', open }: Mapping, weak: boolean): Directory {
  try {
    const directory = open?.() ?? openHostDirectory(path, { weak, orElse: orWeak('--weak-dirs') });
    return isReadOnly ? readOnly(directory) : directory;
  } catch (error) {
    if (error instanceof SystemError) throw new CliError(`${named} ${path}: ${directoryError(error)}`);
    throw error;
  }
}

/** The sockets of --listen, once they listen; for port 0 the port is printed. CliError for those that cannot. */
export async function openListeners(addresses: readonly ListenAddress[], console: Console): Promise<Listener[]> {
  const opened: Listener[] = [];
  for (const wanted of addresses) {
    const name = `${wanted.address.includes(':') ? `[${wanted.address}]` : wanted.address}`;
    try {
      const listener = await nodeListener(wanted);
      opened.push(listener);
      if (wanted.port === 0) console.tell(`wasmi-ts: listening at ${name}:${listener.local?.port}`);
    } catch (error) {
      for (const listener of opened) listener.close();
      if (error instanceof SystemError) throw new CliError(`--listen ${name}:${wanted.port}: ${listenError(error)}`);
      throw error;
    }
  }
  return opened;
}

function listenError({ errno }: SystemError): string {
  if (errno === 'ADDRINUSE') return 'the address is in use';
  if (errno === 'ADDRNOTAVAIL') return 'this machine has no such address';
  return errno === 'ACCES' || errno === 'PERM' ? 'permission denied' : `cannot listen (${errno})`;
}

/**
 * Adds a function for each imported function that `provided` does not have: decided here, for values of every type.
 * Throws LinkError for one that has to return a reference and has none to return.
 */
export function standIns(valid: ValidModule, provided: Provided, how: 'trap' | 'default'): void {
  const { module } = valid;
  for (const { module: from, name, desc } of module.imports) {
    if (desc.kind !== 'func' || own(provided[from], name) !== undefined) continue;
    const what = `unknown import ${nameText(from)} ${nameText(name)}`;
    const type = typeSpace(valid).at(desc.type);
    const made =
      how === 'default'
        ? defaultFunction(type)
        : throwingFunction(type, () => new Trap('unreachable', `${what} was called`));
    if (made === undefined) {
      throw new LinkError(
        `${what} has no default: it returns a reference that cannot be null; with trap it only traps`,
      );
    }
    provided[from] ??= emptyRecord();
    provided[from][name] = made;
  }
}
