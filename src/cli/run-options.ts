// The options of `wasmi-ts run`, checked and with units resolved. Nothing is opened or started here.
import { isIP } from 'node:net';
import type { LoopName } from '../closures.ts';
import type { FeatureSet } from '../syntax/features.ts';
import type { NetworkRules } from '../wasi/host/policy.ts';
import { INTERFACES } from '../wasi/interfaces.ts';
import { plainPath } from '../wasi/kernel/resolve.ts';
import type { Limits } from '../runtime/limits.ts';
import type { Directory } from '../wasi/host/filesystem.ts';
import type { Console } from './console.ts';
import { LIMIT_OPTIONS, limitOptions } from './limit-options.ts';
import { NETWORK_OPTIONS, networkOptions } from './network-options.ts';
import { type Options, type OptionSpecs, TIMEOUT_OPTION, choice, count, duration, flag, valued } from './options.ts';
import { TRACE_OPTIONS, type TraceOptions, traceOptions } from './trace-options.ts';
import { FEATURE_OPTIONS, featureSet } from './wasm-features.ts';

/** Of the commands that give programs directories, read by `directories`. */
export const DIRECTORY_OPTIONS: OptionSpecs = {
  dir: valued('HOST[::GUEST][:ro]', 'let it use a directory, as GUEST (default: the same text)', {
    heading: "The program's world",
  }),
  mapdir: valued('GUEST:HOST', 'the same, the other way round'),
  'weak-dirs': flag('hold directories by path where Linux cannot hold them (see docs/wasi.md)'),
};

/** Of the commands that give programs variables, read by `environment`. */
export const ENVIRONMENT_OPTIONS: OptionSpecs = {
  env: valued('NAME[=VALUE]', 'set an environment variable, or pass on ours'),
  'env-inherit': flag('pass on the whole environment'),
};

/** Of the commands that run programs. */
export const LOOP_OPTION = valued('NAME', 'switch, or closures for a Node without JIT; auto (default) finds out', {
  heading: 'Speed',
});

export const RUN_OPTIONS: OptionSpecs = {
  ...DIRECTORY_OPTIONS,
  ...ENVIRONMENT_OPTIONS,
  listen: valued(
    '[ADDRESS:]PORT',
    `give a program of preview 1 a socket that listens there (default address: 127.0.0.1);
one that makes its own sockets needs --allow-bind`,
  ),
  ...NETWORK_OPTIONS,
  module: valued('NAME=FILE', 'instantiate FILE first; its exports are the import module NAME'),
  program: valued('NAME=FILE', 'let a WASIX program execute FILE, as /bin/NAME'),
  'thread-seed': valued('N', 'give guest threads their turns in a random order that follows from N'),
  'unknown-imports': valued(
    'HOW',
    `trap: imports that nobody provides trap when called;
default: they do nothing and return zeros;
refuse: the program does not link (without the option)`,
  ),
  invoke: valued(
    'NAME',
    `call an exported function; ARGUMENTS are its parameters, results are printed:
-1, 0xff, 1.5, inf, nan, null, "i32x4 1 2 3 4", one word each`,
    { heading: 'What to run' },
  ),
  ...FEATURE_OPTIONS,
  fuel: valued('N', 'stop after about N branches and calls (exit code 125)', { heading: 'Limits' }),
  timeout: TIMEOUT_OPTION,
  ...LIMIT_OPTIONS,
  loop: LOOP_OPTION,
  ...TRACE_OPTIONS,
  strace: flag('print each WASI call with arguments and result'),
  stats: flag('print time and memory used at the end'),
};

/** A directory that the program may use. */
export interface Mapping {
  /** Absolute. */
  readonly host: string;
  readonly guest: string;
  readonly readOnly: boolean;
  /** Where it was named, for errors: `--dir` if it is not said. */
  readonly named?: string;
  /** Opens one that is not looked up by its path. */
  readonly open?: () => Directory;
}

/** Where the program is given a socket that listens. */
export interface ListenAddress {
  /** A literal of IPv4 or IPv6. */
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface RunOptions {
  readonly features: FeatureSet;
  readonly dirs: readonly Mapping[];
  /** Directories that cannot be held by descriptor may be held by path. */
  readonly weakDirs: boolean;
  /** In the order of the command line, each name once. */
  readonly env: ReadonlyMap<string, string>;
  readonly listen: readonly ListenAddress[];
  /** What it may use of this machine's network; undefined: it has none. */
  readonly allow: NetworkRules | undefined;
  readonly invoke: string | undefined;
  readonly fuel: number | undefined;
  /** Milliseconds. */
  readonly timeout: number | undefined;
  /** What the program and the modules that it is linked with may have together. */
  readonly limits: Limits;
  readonly modules: readonly { readonly name: string; readonly file: string }[];
  /** What a program may execute. */
  readonly programs: readonly { readonly name: string; readonly file: string }[];
  /** Guest threads take turns in a random order that follows from this number; round robin without it. */
  readonly threadSeed: number | undefined;
  readonly unknownImports: 'refuse' | 'trap' | 'default';
  readonly trace: TraceOptions | undefined;
  /** Which of the engine's two loops runs the program. */
  readonly loop: LoopName | 'auto';
  readonly stats: boolean;
  readonly strace: boolean;
}

/** Checks all options. Throws UsageError. */
export function runOptions(options: Options, console: Console): RunOptions {
  const trace = traceOptions(options);
  return {
    features: featureSet(options),
    dirs: directories(options, console),
    weakDirs: options.has('weak-dirs'),
    env: environment(options, console),
    listen: options.all('listen').map((text) => listenAddress(options, 'listen', text)),
    allow: networkOptions(options),
    invoke: options.one('invoke'),
    fuel: count(options, 'fuel'),
    timeout: duration(options, 'timeout'),
    limits: limitOptions(options),
    threadSeed: count(options, 'thread-seed'),
    modules: namedModules(options),
    programs: namedPrograms(options),
    unknownImports: choice(options, 'unknown-imports', ['refuse', 'trap', 'default'] as const, 'refuse'),
    trace,
    loop: choice(options, 'loop', ['auto', 'switch', 'closures'] as const, 'auto'),
    stats: options.has('stats'),
    strace: options.has('strace'),
  };
}

/** The directories of --dir and --mapdir in the order of the command line, each under a name of its own. */
export function directories(options: Options, console: Console): Mapping[] {
  const dirs: Mapping[] = [];
  for (const { name, value } of options.each('dir', 'mapdir')) {
    const one = name === 'dir' ? dirMapping(options, console, value) : mapdirMapping(options, console, value);
    const double = dirs.find(({ guest }) => plainPath(guest) === plainPath(one.guest));
    if (double !== undefined) {
      throw options.usage(`--${name} ${value}: there is already a directory that the program sees as ${double.guest}`);
    }
    dirs.push(one);
  }
  return dirs;
}

/** `HOST[::GUEST][:ro]`. Other tools put `host:guest` or `guest:host` with one colon, so that form is refused. */
function dirMapping(options: Options, console: Console, text: string): Mapping {
  const readOnly = text.endsWith(':ro') && !text.endsWith('::ro');
  const plain = readOnly ? text.slice(0, -3) : text;
  const parts = plain.split('::');
  if (parts.length > 2 || parts.includes('')) {
    throw options.usage(`--dir ${text}: write HOST, HOST::GUEST or either with :ro at its end`);
  }
  const [hostPath, guest = hostPath] = parts;
  if (hostPath.replace(/^[A-Za-z]:[\\/]/, '').includes(':') || guest.replace(/^[A-Za-z]:[\\/]/, '').includes(':')) {
    throw options.usage(
      `--dir ${text}: one colon is ambiguous, since tools differ in the order; write --dir HOST::GUEST or --mapdir GUEST:HOST`,
    );
  }
  return { host: console.path(hostPath), guest, readOnly };
}

/** `GUEST:HOST`, or `GUEST::HOST`. */
function mapdirMapping(options: Options, console: Console, text: string): Mapping {
  const [, guest, hostPath] = /^([^:]+)::?([^:].*)$/.exec(text) ?? [];
  if (guest === undefined) throw options.usage(`--mapdir ${text}: write GUEST:HOST`);
  return { host: console.path(hostPath), guest, readOnly: false };
}

/** `PORT`, `HOST:PORT` or `[HOST]:PORT`, where HOST is an address or localhost; without it only this machine is let in. */
export function listenAddress(options: Options, name: string, text: string): ListenAddress {
  const [, six, four = '127.0.0.1', digits] = /^(?:(?:\[([^\]]*)\]|([^:]*)):)?(\d{1,5})$/.exec(text) ?? [];
  const address = six ?? (four === 'localhost' ? '127.0.0.1' : four);
  const port = Number(digits);
  if (digits === undefined || port > 65_535 || isIP(address) !== (six === undefined ? 4 : 6)) {
    throw options.usage(
      `--${name} ${text}: write PORT, ADDRESS:PORT or [ADDRESS]:PORT, such as 127.0.0.1:8080 or [::1]:8080`,
    );
  }
  return { address, port };
}

/** What is inherited, then what is named; a later value takes the place of an earlier one. */
export function environment(options: Options, console: Console): Map<string, string> {
  const env = new Map<string, string>();
  // Windows has names such as `=C:`; WASI cannot say them.
  const inherited = options.has('env-inherit') ? console.variables : [];
  for (const [name, value] of inherited) if (!name.includes('=')) env.set(name, value);
  for (const text of options.all('env')) {
    const at = text.indexOf('=');
    const name = at < 0 ? text : text.slice(0, at);
    if (name === '') throw options.usage(`--env ${text}: write NAME or NAME=VALUE`);
    const value = at < 0 ? console.variable(name) : text.slice(at + 1);
    if (value !== undefined) env.set(name, value);
  }
  return env;
}

/** Modules that are instantiated first, each under a name of its own. */
interface NamedFile {
  readonly name: string;
  readonly file: string;
}

/** What NAME=FILE says, each name once. `wrong` says what is wrong with a name. */
function namedFiles(options: Options, option: string, wrong: (name: string) => string | undefined): NamedFile[] {
  const found: NamedFile[] = [];
  for (const text of options.all(option)) {
    const at = text.indexOf('=');
    if (at <= 0 || at === text.length - 1) throw options.usage(`--${option} ${text}: write NAME=FILE`);
    const [name, file] = [text.slice(0, at), text.slice(at + 1)];
    const twice = found.some((one) => one.name === name)
      ? `there is already a ${option} that is called ${name}`
      : undefined;
    const why = wrong(name) ?? twice;
    if (why !== undefined) throw options.usage(`--${option} ${text}: ${why}`);
    found.push({ name, file });
  }
  return found;
}

function namedModules(options: Options): NamedFile[] {
  return namedFiles(options, 'module', (name) =>
    INTERFACES.has(name) ? `${name} is the system interface, which every program is given` : undefined,
  );
}

/** They are files of a directory. */
function namedPrograms(options: Options): NamedFile[] {
  return namedFiles(options, 'program', (name) =>
    name.includes('/') || name === '.' || name === '..' ? `${name} is no name of a file` : undefined,
  );
}
