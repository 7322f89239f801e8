// A directory that is given to nobody: everything that is done with it fails, and says why.
import { SystemError } from '../../host/errno.ts';
import type { Directory } from '../../host/filesystem.ts';
import { changesBy } from '../read-only.ts';

/** A directory whose every use is ACCES, for the reason `why`. */
export function refusedDirectory(why: string): Directory {
  const refuse = (): never => {
    throw new SystemError('ACCES', why);
  };
  return {
    stat: refuse,
    sync: refuse,
    close: () => {},
    reopen: refuse,
    names: refuse,
    statEntry: refuse,
    openDirectory: refuse,
    openFile: refuse,
    readLink: refuse,
    ...changesBy(refuse),
  };
}
