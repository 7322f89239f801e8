// Hosts and packages from npm that the tests of hosts use: exact versions, in a cache folder outside of git, installed
// only when somebody asks (`npm run hosts -- --install`). They are not among the project's dependencies: half a gigabyte.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../data.ts';

const CACHE = process.env['WASMI_TS_HOSTS'] ?? join(projectRoot, 'node_modules', '.cache', 'wasmi-ts-hosts');

/** Hosts: package, version, and where its program is (`${os}-${arch}` of Node in place of `*`). */
const HOSTS = {
  bun: { version: '1.4.5', programs: ['bun/bin/bun.exe'] },
  deno: {
    version: '2.9.6',
    programs: ['@deno/linux-x64-glibc/deno', '@deno/linux-arm64-glibc/deno', '@deno/darwin-arm64/deno'],
  },
  workerd: {
    version: '1.20261117.1',
    programs: ['linux-64', 'linux-arm64', 'darwin-arm64', 'darwin-64'].map(
      (one) => `@cloudflare/workerd-${one}/bin/workerd`,
    ),
  },
  'hermes-engine-cli': { version: '0.12.0', programs: ['hermes-engine-cli/linux64-bin/hermes'] },
} as const;

/** Packages that bring wasm along, which the recipes and the page run. */
export const PACKAGES = {
  'esbuild-wasm': '0.28.2',
  'sql.js': '1.16.0',
  'brotli-wasm': '3.0.1',
  'hash-wasm': '4.13.0',
  hono: '4.13.19',
  '@hono/node-server': '2.1.8',
} as const;

const NAMES = { bun: 'bun', deno: 'deno', workerd: 'workerd', hermes: 'hermes-engine-cli' } as const;

/** Versions of Node that continuous integration runs on: name and what npm installs under it (`npm:PACKAGE@VERSION`). */
export const NODES = (
  JSON.parse(readFileSync(join(projectRoot, '.ci', 'nodes', 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  }
).dependencies;

/** A folder of an installed package, or undefined. */
export function packageFolder(name: string): string | undefined {
  const folder = join(CACHE, 'node_modules', name);
  return existsSync(join(folder, 'package.json')) ? folder : undefined;
}

/** The program of a host, or undefined where it is not installed in the version that is wanted. */
export function installed(host: keyof typeof NAMES): string | undefined {
  const name = NAMES[host];
  const { version, programs } = HOSTS[name];
  const folder = packageFolder(name);
  if (folder === undefined) return undefined;
  const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  if (found.version !== version) return undefined;
  return programs.map((one) => join(CACHE, 'node_modules', one)).find((one) => existsSync(one));
}

/** The program of one of NODES, or undefined where it is not installed. */
export function installedNode(name: string): string | undefined {
  const program = join(packageFolder(name) ?? '', 'bin', 'node');
  return packageFolder(name) !== undefined && existsSync(program) ? program : undefined;
}

/** The version of a host that is installed. */
export function installedVersion(host: keyof typeof NAMES): string {
  return HOSTS[NAMES[host]].version;
}

/** Installs what is missing: hosts or packages. */
export function install(what: 'hosts' | 'packages'): void {
  const wanted =
    what === 'hosts'
      ? [
          ...Object.entries(HOSTS).map(([name, { version }]) => ({ name, wanted: `${name}@${version}` })),
          // They are for one platform.
          ...(process.platform === 'linux' && process.arch === 'x64' ? Object.entries(NODES) : []).map(
            ([name, version]) => ({ name, wanted: `${name}@${version}` }),
          ),
        ]
      : Object.entries(PACKAGES).map(([name, version]) => ({ name, wanted: `${name}@${version}` }));
  const missing = wanted.filter(({ name }) => packageFolder(name) === undefined);
  if (missing.length === 0) return;
  mkdirSync(CACHE, { recursive: true });
  if (!existsSync(join(CACHE, 'package.json'))) writeFileSync(join(CACHE, 'package.json'), '{"private":true}\n');
  const names = missing.map((one) => one.wanted);
  console.log(`installing ${names.join(' ')}`);
  spawnSync('npm', ['install', '--save-exact', '--no-audit', '--no-fund', ...names], { cwd: CACHE, stdio: 'inherit' });
}
