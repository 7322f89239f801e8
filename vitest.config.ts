import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const common = { setupFiles: ['tests/loop.ts'], testTimeout: 60_000 };

/** Loads the polyfill, which changes what the host's own functions do. */
const CHANGES_THE_HOST = 'src/jsapi/namespace.test.ts';

/** Small files that take long: they are begun first, so that no worker is left with one of them in the end. */
const LONG = [
  'tests/docs.test.ts',
  'tests/engine/engine.prop.test.ts',
  'tests/trace/same.test.ts',
  'tests/attack/attack.test.ts',
  'tests/text/round-trip.test.ts',
  'tests/testing/faults/faults.test.ts',
  'tests/engine/fused-rows.test.ts',
  'tests/engine/two-gib.test.ts',
  'tests/engine/loops.prop.test.ts',
  'tests/serve/server.test.ts',
  'tests/hosts/recipes.test.ts',
  'tests/hosts/bundle.test.ts',
  'tests/sockets/programs.test.ts',
  'tests/net/net.test.ts',
  'tests/wasi/node-shape.test.ts',
  'tests/wasi/terminal.test.ts',
];

const lost = LONG.filter((file) => !existsSync(new URL(file, import.meta.url)));
if (lost.length > 0) throw new Error(`vitest.config.ts names files that are not there: ${lost.join(' ')}`);

/** The long ones first, the others as vitest has them: files of one project together. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONG.indexOf(relative(this.ctx.config.root, moduleId));
      return place < 0 ? LONG.length : place;
    };
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
    projects: [
      // Other unit tests change nothing that others see: they share what is imported, which takes a fifth less time.
      { test: { ...common, name: 'src', include: ['src/**/*.test.ts', `!${CHANGES_THE_HOST}`], isolate: false } },
      {
        test: {
          ...common,
          name: 'tests',
          include: [CHANGES_THE_HOST, 'tests/**/*.test.ts', 'spec-tests/**/*.test.ts'],
        },
      },
    ],
  },
});
