// An open directory: what paths are resolved from (resolve.ts), and what is listed (listings.ts).
import type { Stat, Times } from '../../host/filesystem.ts';
import type { HeldDirectory } from '../held.ts';
import { Open, type Refusals } from './open.ts';

// biome-ignore format: a table
const REFUSALS: Refusals = {
  read: 'ISDIR', readAt: 'ISDIR', write: 'BADF', writeAt: 'BADF',
  seek: 'ISDIR', advise: 'BADF', allocate: 'ISDIR', setSize: 'ISDIR',
};

export class OpenDirectory extends Open {
  readonly type = 'directory';
  override get refusals(): Refusals {
    return REFUSALS;
  }
  override readonly directory: HeldDirectory;
  override readonly preopen: string | undefined;

  constructor(directory: HeldDirectory, preopen?: string) {
    super();
    this.directory = directory;
    this.preopen = preopen;
  }

  override stat(): Stat {
    return this.directory.stat();
  }

  close(): void {
    this.directory.close();
  }

  override setTimes(times: Times): void {
    this.directory.setTimes(times);
  }

  override sync(dataOnly: boolean): void {
    this.directory.sync(dataOnly);
  }
}
