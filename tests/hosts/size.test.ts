// The lines that sizes must not cross, measured as an embedder's bundler would: esbuild, minified, gzipped.
import { gzipSync } from 'node:zlib';
import esbuild from 'esbuild';
import { describe, expect, test } from 'vitest';
import { bundles } from '../../scripts/bundle.mjs';
import { projectRoot } from '../data.ts';

/** A module that imports from the project: bytes, gzipped, and the files of src that are in. */
async function bundled(contents: string): Promise<{ size: number; files: string[] }> {
  const result = await esbuild.build({
    stdin: { contents, resolveDir: projectRoot, loader: 'ts' },
    absWorkingDir: projectRoot,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2020',
    write: false,
    metafile: true,
    outfile: 'out.js',
  });
  const [output] = Object.values(result.metafile.outputs);
  const files = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return {
    size: gzipSync(result.outputFiles[0].contents, { level: 9 }).length,
    files: files.map(([path]) => path).filter((path) => path.startsWith('src/')),
  };
}

const ELSEWHERE = /^src\/(text|script|trace|wasi|cli|testing|encoder)\//;

describe('sizes', () => {
  test('the engine alone has at most 99.4 kB, and neither text format nor tracing', async () => {
    const { size, files } = await bundled(`export * from './src/index.ts'`);
    expect(size).toBeLessThanOrEqual(99_400);
    expect(files.filter((path) => ELSEWHERE.test(path))).toEqual([]);
    expect(files.filter((path) => /generate|\/ops\.ts$|disassemble|\/jsapi\//.test(path))).toEqual([]);
  });

  test('the engine with the JavaScript API has at most 109.8 kB, and neither text format nor tracing', async () => {
    const { size, files } = await bundled(`export * from './src/index.ts'; export * from './src/jsapi/index.ts'`);
    expect(size).toBeLessThanOrEqual(109_800);
    expect(files.filter((path) => ELSEWHERE.test(path))).toEqual([]);
  });

  test('importing an error class takes no engine along', async () => {
    const { size } = await bundled(`export { Trap } from './src/index.ts'`);
    expect(size).toBeLessThanOrEqual(3_000);
  });

  test('the polyfill is not dropped, though nothing of it is used', async () => {
    const { files } = await bundled(`import './src/jsapi/polyfill.ts'`);
    expect(files).toContain('src/interpreter/loops/switch.ts');
  });

  test('bundles, which have both loops, have at most 122.1 kB, and 137.2 kB in ES5', async () => {
    for (const [name, text] of Object.entries(await bundles())) {
      const size = gzipSync(text, { level: 9 }).length;
      expect(size, name).toBeLessThanOrEqual(name.endsWith('.es5.js') ? 137_200 : 122_100);
    }
  });
});
