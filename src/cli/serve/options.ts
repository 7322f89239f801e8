// The options of `wasmi-ts serve`, checked and with units resolved. Nothing is opened or started here.
import { parseEnv } from 'node:util';
import type { LoopName } from '../../closures.ts';
import type { GuestLimits } from '../../runtime/limits.ts';
import type { FeatureSet } from '../../syntax/features.ts';
import type { NetworkRules } from '../../wasi/host/policy.ts';
import { hostParts } from '../../wagi/request.ts';
import type { Console } from '../console.ts';
import { CliError } from '../failure.ts';
import { fileError, readWhole } from '../host.ts';
import { LIMIT_OPTIONS, limitNumbers } from '../limit-options.ts';
import { NETWORK_OPTIONS, networkOptions } from '../network-options.ts';
import { choice, count, duration, type Options, type OptionSpecs, size, valued } from '../options.ts';
import {
  DIRECTORY_OPTIONS,
  directories,
  environment,
  ENVIRONMENT_OPTIONS,
  listenAddress,
  type ListenAddress,
  LOOP_OPTION,
  type Mapping,
} from '../run-options.ts';
import { FEATURE_OPTIONS, featureSet } from '../wasm-features.ts';

/** What a request may have where no option says otherwise. */
const USUAL = {
  concurrency: 16,
  queue: 128,
  /** Milliseconds. */
  timeout: 30_000,
  grace: 5_000,
  /** Bytes. */
  body: 2 ** 20,
  output: 2 ** 23,
  memory: 2 ** 28,
} as const;

export const SERVE_OPTIONS: OptionSpecs = {
  listen: valued('[ADDRESS:]PORT', 'where to listen (default: 127.0.0.1:3000); port 0 takes a free one', {
    heading: 'The server',
    short: 'l',
  }),
  'allow-host': valued(
    'NAME',
    `answer requests for this host; * answers all (default: localhost and
the address where only this machine is listened to, else all)`,
  ),
  'default-host': valued('HOST[:PORT]', 'SERVER_NAME and SERVER_PORT of requests that name no host'),
  concurrency: valued('N', `programs that run at a time (default: ${USUAL.concurrency})`),
  queue: valued('N', `requests that wait for one of them; more get 503 (default: ${USUAL.queue})`),
  grace: valued('TIME', 'how long a stop waits for requests (default: 5s)'),
  ...Object.fromEntries(
    Object.entries(DIRECTORY_OPTIONS).map(([name, spec]) => [
      name,
      name === 'dir' ? { ...spec, heading: "Every program's world" } : spec,
    ]),
  ),
  ...ENVIRONMENT_OPTIONS,
  env: { ...ENVIRONMENT_OPTIONS['env'], short: 'e' },
  variables: valued('FILE', 'set the variables of a file, NAME=VALUE a line'),
  ...NETWORK_OPTIONS,
  ...FEATURE_OPTIONS,
  timeout: valued('TIME', 'how long a program may run (default: 30s); then 504', { heading: 'Limits of a request' }),
  fuel: valued('N', 'stop it after about N branches and calls; then 504'),
  'max-body': valued('SIZE', 'the body of a request (default: 1MiB); more gets 413'),
  'max-output': valued('SIZE', 'what a program prints (default: 8MiB); more gets 502'),
  ...LIMIT_OPTIONS,
  'max-memory': valued('SIZE', 'memories, all together (default: 256MiB)'),
  loop: LOOP_OPTION,
};

export interface ServeOptions {
  readonly listen: ListenAddress;
  /** Names in lower case that requests may be for; undefined for all. */
  readonly hosts: ReadonlySet<string> | undefined;
  readonly defaultHost: string | undefined;
  readonly concurrency: number;
  readonly queue: number;
  /** Milliseconds. */
  readonly grace: number;
  readonly timeout: number;
  readonly fuel: number | undefined;
  /** Bytes. */
  readonly maxBody: number;
  readonly maxOutput: number;
  /** What each program may have. */
  readonly limits: GuestLimits;
  readonly dirs: readonly Mapping[];
  readonly weakDirs: boolean;
  readonly env: ReadonlyMap<string, string>;
  /** What of the network a program may use; undefined for none. */
  readonly allow: NetworkRules | undefined;
  readonly features: FeatureSet;
  readonly loop: LoopName | 'auto';
}

/** Checks all options. Throws UsageError, and CliError for a file of variables that cannot be read. */
export function serveOptions(options: Options, console: Console): ServeOptions {
  const listen = listenAddress(options, 'listen', options.one('listen') ?? '127.0.0.1:3000');
  const limits = limitNumbers(options);
  return {
    listen,
    hosts: hosts(options, listen),
    defaultHost: host(options, 'default-host', options.one('default-host')),
    concurrency: atLeastOne(options, 'concurrency', USUAL.concurrency),
    queue: count(options, 'queue') ?? USUAL.queue,
    grace: duration(options, 'grace') ?? USUAL.grace,
    timeout: duration(options, 'timeout') ?? USUAL.timeout,
    fuel: count(options, 'fuel'),
    maxBody: size(options, 'max-body') ?? USUAL.body,
    maxOutput: size(options, 'max-output') ?? USUAL.output,
    limits: { ...limits, memoryBytes: limits.memoryBytes ?? USUAL.memory },
    dirs: directories(options, console),
    weakDirs: options.has('weak-dirs'),
    env: new Map([...fileVariables(options, console), ...environment(options, console)]),
    allow: networkOptions(options),
    features: featureSet(options),
    loop: choice(options, 'loop', ['auto', 'switch', 'closures'] as const, 'auto'),
  };
}

function atLeastOne(options: Options, name: string, usual: number): number {
  const given = count(options, name) ?? usual;
  if (given === 0) throw options.usage(`--${name} 0: at least one is needed`);
  return given;
}

/** A host as requests name it. */
function host(options: Options, name: string, text: string | undefined): string | undefined {
  if (text !== undefined && !/^(?:\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.test(text)) {
    throw options.usage(`--${name} ${text}: write a name or an address, such as example.org or [::1]`);
  }
  return text;
}

/** Which hosts are answered: where only this machine is listened to, a page elsewhere must not reach it by a name of its own. */
function hosts(options: Options, { address }: ListenAddress): ReadonlySet<string> | undefined {
  const given = options.all('allow-host');
  if (given.includes('*')) return undefined;
  if (given.length > 0) {
    return new Set(given.map((one) => hostParts(host(options, 'allow-host', one) as string).name.toLowerCase()));
  }
  const isLocal = address === '::1' || address.startsWith('127.');
  return isLocal ? new Set(['localhost', '127.0.0.1', '[::1]', address]) : undefined;
}

/** Variables of --variables, as Node reads such files. `--env-file` is Node's own, wherever it stands. */
function fileVariables(options: Options, console: Console): [name: string, value: string][] {
  const variables: [string, string][] = [];
  for (const path of options.all('variables')) {
    let text: string;
    try {
      text = Buffer.from(readWhole(console.path(path), () => {})).toString();
    } catch (error) {
      throw new CliError(`--variables ${path}: ${fileError(error)}`);
    }
    for (const [name, value] of Object.entries(parseEnv(text))) variables.push([name, String(value)]);
  }
  return variables;
}
