// `npm run bundle [-- FOLDER]`: the bundles for hosts without modules or packages, into dist/bundle or FOLDER; and in a few
// files each, the command line into dist/bin, and what package.json names for Node into dist/node.
// Bundles are one file each, minified, needing nothing: ES2020 by esbuild; ES5 by swc, for engines without classes (Hermes 0.12).
// No minifier that moves code between functions: swc's would save three percent, and V8 would no longer optimise the loop,
// which makes it a hundred times slower.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import swc from '@swc/core';
import esbuild from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version, license, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const banner = `/*! wasmi-ts ${version}, ${license} licence */\n`;

/** Bundles a file of this project to one text. `options` are esbuild's. */
export async function bundle(entry, options = {}) {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    target: 'es2020',
    format: 'esm',
    legalComments: 'none',
    write: false,
    ...options,
  });
  return result.outputFiles[0].text;
}

/**
 * A script of ES2020 in ES5, but for BigInts and `**`: there is no other way to write an i64, engines that have BigInt
 * have the operator, and the lowered form of it (Math.pow) refuses BigInts.
 */
export async function lowerToES5(script) {
  const { code } = await swc.transform(script, {
    swcrc: false,
    isModule: false,
    env: { targets: { ie: '11' }, exclude: ['transform-exponentiation-operator', 'transform-typeof-symbol'] },
    jsc: { parser: { syntax: 'ecmascript' } },
  });
  const supported = { bigint: true, 'exponent-operator': true };
  return (await esbuild.transform(code, { minify: true, target: 'es5', supported })).code;
}

async function makeBundles() {
  const polyfill = { format: 'iife' };
  const engine = { format: 'iife', globalName: 'wasmiTs' };
  const es5 = async (entry, options) => lowerToES5(await bundle(entry, { ...options, minify: false }));
  const made = {
    'wasmi-ts.mjs': await bundle('src/bundle.ts'),
    'wasmi-ts.js': await bundle('src/bundle.ts', engine),
    'wasmi-ts.es5.js': await es5('src/bundle.ts', engine),
    'polyfill.js': await bundle('src/jsapi/polyfill.ts', polyfill),
    'polyfill.es5.js': await es5('src/jsapi/polyfill.ts', polyfill),
  };
  return Object.fromEntries(Object.entries(made).map(([name, text]) => [name, banner + text]));
}

let made;

/** File name -> text of every bundle. They are made once in a process. */
export function bundles() {
  made ??= makeBundles();
  return made;
}

/** Entries in a few files for Node, and what they share in others. Names stay, since stacks are shown to those who ask. */
function inFewFiles(options) {
  return esbuild.build({
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    target: 'node20',
    platform: 'node',
    format: 'esm',
    // The licence of what is not ours (smol-toml) stands in the file that has it.
    legalComments: 'eof',
    external: ['fast-check'],
    banner: { js: banner.trimEnd() },
    ...options,
  });
}

/**
 * The command line, for bin/wasmi-ts: to find and open some three hundred modules takes longer than to run most programs,
 * and more descriptors than some systems give.
 * fuzz and the second loop stay in files of their own, which are loaded when they are needed.
 */
export async function bundleCommandLine(outdir) {
  const entryPoints = ['src/cli/main.ts', 'src/cli/fuzz-worker.ts'];
  await inFewFiles({ entryPoints, minifySyntax: true, minifyWhitespace: true, outdir });
}

/**
 * The entries of the package for programs in Node, where reading these takes a third of the time that reading modules one by
 * one does. Not minified: it is what one sees when one debugs. What the polyfill looks up beside itself stays in files of its own, and
 * what is shared is one folder deep, as those are: `../polyfill/node.js` means the same everywhere.
 */
export async function bundleForNode(outdir) {
  const named = Object.values(exports).flatMap(({ node }) => node ?? []);
  const entryPoints = [
    ...named.map((file) => file.replace('./dist/node', 'src').replace(/js$/, 'ts')),
    ...['polyfill/node', 'polyfill/imports', 'polyfill/imports-hook', 'wasi/hosts/node/wasi'].map((name) => `src/${name}.ts`),
  ];
  await inFewFiles({ entryPoints, outbase: join(root, 'src'), chunkNames: 'shared/[name]-[hash]', outdir });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? join(root, 'dist', 'bundle');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(await bundles())) writeFileSync(join(folder, name), text);
  if (process.argv[2] === undefined) {
    await bundleCommandLine(join(root, 'dist', 'bin'));
    await bundleForNode(join(root, 'dist', 'node'));
  }
}
