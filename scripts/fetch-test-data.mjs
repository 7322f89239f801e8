// Fetches the public test suites at pinned commits into test-data/: `npm run test-data [-- NAME...] [-- --force]`.
// Needs git and a network. A folder that is there already is kept, unless --force is given. Each suite is checked out
// beside its place and renamed at the end, so an interrupted run leaves nothing half done.
// Not fetched: corpus, hostile, sockets and experiments, which have no single public source (see tests/data.ts).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { basename, join } from 'node:path';

const target = fileURLToPath(new URL('../test-data', import.meta.url));

/**
 * `parts` are checked out one after the other into the same folder. A part may be of a repository of its own (`url`), and
 * the files under its paths be put into a folder of their own (`into`).
 */
const SOURCES = [
  {
    name: 'testsuite',
    url: 'https://github.com/WebAssembly/testsuite.git',
    // main, 2026-06-17
    parts: [{ commit: '193e551ff22663995b1ac95dc62344133669e14b', paths: ['.'] }],
  },
  {
    // Scripts that are newer than the testsuite, of features that are on by default.
    name: 'proposals',
    parts: [
      {
        // main, 2026-03-25
        url: 'https://github.com/WebAssembly/compact-import-section.git',
        commit: 'baa86dc09c869a4ae7beefa0f2749335502a8668',
        paths: ['test/core/compact-import-section'],
        into: 'compact-import-section',
      },
      {
        // main, 2026-04-22
        url: 'https://github.com/WebAssembly/threads.git',
        commit: '979d0fcb994439423d63b2f0a8a7332d6285dd84',
        paths: ['test/core/threads'],
        into: 'threads',
      },
      {
        // main, 2026-07-23
        url: 'https://github.com/WebAssembly/spec.git',
        commit: '285a9032950cbad6a9f84de11183008e286092a2',
        paths: ['return_call', 'return_call_indirect', 'memory_grow'].map((name) => `test/core/${name}.wast`),
        into: 'core',
      },
    ],
  },
  {
    name: 'wasi-testsuite',
    url: 'https://github.com/WebAssembly/wasi-testsuite.git',
    parts: [
      {
        // prod/testsuite-base, 2026-08-18: the prebuilt Preview 1 tests
        commit: '9f80ca35444cfd9e63100725615140a346652e6c',
        paths: ['LICENSE', ...['assemblyscript', 'c', 'rust'].map((x) => `tests/${x}/testsuite/wasm32-wasip1`)],
      },
      {
        // prod/testsuite-all, 2026-06-07: the prebuilt wasi-threads tests
        commit: '3db7f5d1bf71ef31024aa153807e2f243b2e6d24',
        paths: ['tests/proposals/wasi-threads'],
      },
    ],
  },
];

/** Runs git without ever asking for a password; throws its last words if it fails. */
function git(folder, ...args) {
  const result = spawnSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
  });
  if (result.error) throw new Error(result.error.code === 'ENOENT' ? 'git is not installed' : result.error.message);
  if (result.status !== 0) throw new Error(result.stderr.trim().split('\n').pop() || `git ${args[0]} failed`);
}

/** Moves what was checked out under `paths`, files or folders, into the folder `into`. */
function gather(root, paths, into) {
  mkdirSync(join(root, into));
  for (const path of paths) {
    const from = join(root, path);
    const files = statSync(from).isDirectory() ? readdirSync(from).map((file) => join(from, file)) : [from];
    for (const file of files) renameSync(file, join(root, into, basename(file)));
  }
  rmSync(join(root, paths[0].split('/')[0]), { recursive: true });
}

function fetchSource({ name, url, parts }) {
  const partial = join(target, `.${name}.partial`);
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  try {
    git(partial, 'init', '--quiet');
    git(partial, 'config', 'core.autocrlf', 'false');
    git(partial, 'remote', 'add', 'origin', url ?? parts[0].url);
    for (const { url: own, commit, paths, into } of parts) {
      if (own !== undefined) git(partial, 'remote', 'set-url', 'origin', own);
      git(partial, 'fetch', '--quiet', '--depth=1', '--filter=blob:none', 'origin', commit);
      git(partial, 'checkout', '--quiet', commit, '--', ...paths);
      if (into !== undefined) gather(partial, paths, into);
    }
    rmSync(join(partial, '.git'), { recursive: true, force: true });
    rmSync(join(target, name), { recursive: true, force: true });
    renameSync(partial, join(target, name));
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

const args = process.argv.slice(2);
const force = args.includes('--force');
const names = args.filter((arg) => !arg.startsWith('--'));
const unknown = names.filter((name) => !SOURCES.some((source) => source.name === name));
if (unknown.length > 0) {
  console.error(`test-data: no public source for ${unknown.join(', ')}; known: ${SOURCES.map((s) => s.name).join(', ')}`);
  process.exit(2);
}
for (const source of SOURCES) {
  if (names.length > 0 && !names.includes(source.name)) continue;
  if (!force && existsSync(join(target, source.name))) {
    console.log(`test-data/${source.name}: there already`);
    continue;
  }
  try {
    fetchSource(source);
    console.log(`test-data/${source.name}: ${source.parts.map((part) => part.commit.slice(0, 12)).join(', ')}`);
  } catch (error) {
    console.error(`test-data: could not fetch ${source.name} from ${source.url ?? source.parts.map((part) => part.url).join(', ')}: ${error.message}`);
    process.exit(1);
  }
}
