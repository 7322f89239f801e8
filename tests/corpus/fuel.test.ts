// The smallest programs of the corpus use the fuel that is known of them, in both loops: npm run corpus has the others.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type LoopName, useLoop } from '../../src/closures.ts';
import { compile, instantiateAsync } from '../../src/index.ts';
import { nodeHost } from '../../src/wasi/hosts/node.ts';
import { WASI } from '../../src/wasi/index.ts';
import { dataFolder, missingData } from '../data.ts';
import { FUEL } from './fuel.ts';
import { copyPreopens, programArgs, readManifest, readProgramFile } from './program.ts';

const corpus = dataFolder('corpus');
afterEach(() => void useLoop((process.env['WASMI_TS_LOOP'] as LoopName | undefined) ?? 'switch'));

const SMALL = ['ch-swift-hello', 'cv-libc-main', 'sg-noop'];

for (const name of SMALL) {
  test.skipIf(corpus === undefined)(
    `${name} uses what it did${corpus === undefined ? `: ${missingData('corpus')}` : ''}`,
    async () => {
      const folder = join(corpus as string, name);
      const manifest = readManifest(folder);
      for (const loop of ['switch', 'closures'] as const) {
        useLoop(loop);
        const work = mkdtempSync(join(tmpdir(), 'corpus-fuel-'));
        try {
          const host = nodeHost({
            args: programArgs(manifest),
            env: {},
            preopens: copyPreopens(folder, manifest, work),
          });
          const quiet = (): void => undefined;
          const wasi = new WASI({ ...host, stdin: '', stdout: quiet, stderr: quiet });
          const bench = { start: quiet, end: quiet };
          const account = { left: 1e9 };
          const module = compile(readProgramFile(folder, manifest.wasm));
          const instance = await instantiateAsync(module, { ...wasi.imports, bench }, { fuel: account });
          wasi.bind(instance.exports as never);
          await instance.callAsync('_start', [], { fuel: account }).catch((error: { code?: string }) => {
            expect(error.code).toBe('exit');
          });
          expect(1e9 - account.left).toBe(FUEL[name]);
        } finally {
          rmSync(work, { recursive: true, force: true });
        }
      }
    },
  );
}
