// Builds of the engine with and without a fault, in a temporary folder: src is copied, one text replaced, the loop
// generated again, and all compiled without type checks.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault } from './table.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SRC = join(ROOT, 'src');

/** How often the text of a fault occurs in the sources. */
export function occurrences({ file, find }: Fault): number {
  return readFileSync(join(SRC, file), 'utf8').split(find).length - 1;
}

export class Builds {
  private readonly folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-faults-'));
  private count = 0;
  /** The engine as it is. */
  readonly sound: string;

  constructor() {
    this.copy(ROOT, this.path('sources'));
    symlinkSync(join(ROOT, 'node_modules'), this.path('node_modules'), 'dir');
    writeFileSync(this.path('package.json'), '{"type":"module"}');
    this.sound = this.compile(this.path('sources'));
  }

  /** The folder of a build that has the fault. @throws Error when its text is not there exactly once. */
  faulty(fault: Fault): string {
    const { name, file, find, replace } = fault;
    const copy = this.path(`sources-${this.count}`);
    try {
      this.copy(this.path('sources'), copy);
      const path = join(copy, 'src', file);
      const parts = readFileSync(path, 'utf8').split(find);
      if (parts.length !== 2) throw new Error(`${name}: its text is ${parts.length - 1} times in src/${file}`);
      writeFileSync(path, parts.join(replace));
      if (/^lowering\/ops|^interpreter\/loops\/(generate|switch-target|closures-(rows|target))/.test(file)) {
        execFileSync(process.execPath, ['--import', 'tsx', join(copy, 'scripts', 'generate.ts')], { cwd: this.folder });
      }
      return this.compile(copy);
    } finally {
      this.remove(copy);
    }
  }

  private path(name: string): string {
    return join(this.folder, name);
  }

  /** Copies what a build is made of. */
  private copy(from: string, to: string): void {
    mkdirSync(to);
    cpSync(join(from, 'src'), join(to, 'src'), {
      recursive: true,
      filter: (path) => !/\.(test|prop\.test|suite)\.ts$/.test(path),
    });
    cpSync(join(from, 'scripts', 'generate.ts'), join(to, 'scripts', 'generate.ts'));
    const compilerOptions = { noEmit: false, rootDir: 'src', types: [] };
    const whole = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['src'] };
    writeFileSync(join(to, 'tsconfig.json'), JSON.stringify(whole));
  }

  private compile(sources: string): string {
    const out = this.path(`build-${this.count++}`);
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    execFileSync(process.execPath, [tsc, '-p', sources, '--noCheck', '--outDir', out]);
    return out;
  }

  remove(folder: string): void {
    rmSync(folder, { recursive: true, force: true });
  }

  close(): void {
    this.remove(this.folder);
  }
}
