// A program with its root of files, whether it comes from a bundle or an image, and where it is found in there.
import { MAX_MODULE_BYTES } from '../../syntax/limits.ts';
import { nameText } from '../../syntax/visible.ts';
import { OciError } from '../../oci/json.ts';
import { fileAt } from '../../oci/root.ts';
import { SystemError } from '../../wasi/host/errno.ts';
import type { Directory } from '../../wasi/host/filesystem.ts';
import type { Source } from '../program.ts';
import type { Mapping } from '../run-options.ts';
import { reasonOf } from './blobs.ts';

export interface Container {
  /** Its `/`, and whether it may be written. Undefined for a module that is the whole image. */
  readonly root: { readonly directory: Directory; readonly readOnly: boolean } | undefined;
  /** The module that is the whole image. */
  readonly module: Uint8Array | undefined;
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  /** Directories besides the root. */
  readonly mounts: readonly Mapping[];
  /** Bytes that its memories may have. */
  readonly memory: number | undefined;
}

/** Where programs are looked up without PATH. */
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The module of a container and, where it is named after `#` as runwasi has it, the export to call. Throws OciError. */
export function programOf(container: Container): { readonly source: Source; readonly entry: string | undefined } {
  const { args, module } = container;
  if (args.length === 0) throw new OciError('the image names no program: give it after DIR');
  if (module !== undefined) return { source: { path: args[0], bytes: module }, entry: undefined };
  const whole = lookUp(container, args[0]);
  if (whole !== undefined) return { source: whole, entry: undefined };
  const hash = args[0].lastIndexOf('#');
  const named = hash > 0 ? lookUp(container, args[0].slice(0, hash)) : undefined;
  if (named !== undefined) return { source: named, entry: args[0].slice(hash + 1) };
  throw new OciError(`${nameText(args[0])}: no such file in the root of the container`);
}

/** A program by its path, or by its name in the current directory and then in PATH. */
function lookUp({ root, env, cwd }: Container, name: string): Source | undefined {
  const folders = name.startsWith('/') ? [''] : [cwd];
  if (!name.includes('/')) for (const one of (env.get('PATH') ?? USUAL_PATH).split(':')) folders.push(one);
  for (const folder of folders) {
    try {
      const path = `${folder}/${name}`;
      return { path: name, bytes: fileAt((root as { directory: Directory }).directory, path, MAX_MODULE_BYTES) };
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (error.errno !== 'NOENT' && error.errno !== 'NOTDIR')
        throw new OciError(`${nameText(name)}: ${reasonOf(error)}`);
    }
  }
  return undefined;
}
