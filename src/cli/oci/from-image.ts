// An image: its layers are laid over each other in memory, or its one layer is the module. Everything in it is checked by
// what it hashes to before it is used. https://github.com/opencontainers/image-spec/blob/main/spec.md
import { chooseImage, type Descriptor, imageConfigOf, type Manifest, manifestOf } from '../../oci/image.ts';
import { Json, OciError } from '../../oci/json.ts';
import { applyLayer } from '../../oci/layer.ts';
import { visible } from '../../syntax/visible.ts';
import type { Directory } from '../../wasi/host/filesystem.ts';
import { memoryDirectory } from '../../wasi/index.ts';
import { blobIn, checkUnpacked, jsonIn, textIn, unpacked } from './blobs.ts';
import type { Container } from './container.ts';

/** Indexes in indexes. */
const DEEPEST = 4;

/** What an image without a name for its module calls it. */
const UNNAMED = 'main.wasm';

/** `args`: what comes after the entrypoint, in place of the image's own. Throws OciError, SystemError. */
export function containerOfImage(layout: Directory, name: string | undefined, args: readonly string[]): Container {
  const { config, content } = manifestOf(jsonIn(layout, imageIn(layout, name)));
  const { entrypoint, command, env, cwd, diffs } = imageConfigOf(jsonIn(layout, config));
  const common = { env, cwd, mounts: [], memory: undefined };
  if (content.kind === 'module') {
    const first = entrypoint.length > 0 ? entrypoint : [visible(content.title ?? UNNAMED)];
    const module = blobIn(layout, content.layer);
    return { ...common, root: undefined, module, args: [...first, ...(args.length > 0 ? args : command)] };
  }
  const directory = filesOf(layout, content.layers, diffs);
  const all = [...entrypoint, ...(args.length > 0 ? args : command)];
  return { ...common, root: { directory, readOnly: false }, module: undefined, args: all };
}

function imageIn(layout: Directory, name: string | undefined): Descriptor {
  const version = Json.parse(textIn(layout, 'oci-layout'), 'oci-layout').need('imageLayoutVersion');
  if (!/^1\.\d/.test(version.text())) version.fail('this version is not known, only 1.x');
  let index = Json.parse(textIn(layout, 'index.json'), 'index.json');
  for (let depth = 0; depth < DEEPEST; depth++) {
    // A name is that of an image in the first index; the images in there are for platforms.
    const { descriptor, isIndex } = chooseImage(index, depth === 0 ? name : undefined);
    if (!isIndex) return descriptor;
    index = jsonIn(layout, descriptor);
  }
  throw new OciError(`index.json: more than ${DEEPEST} indexes are in each other`);
}

type Layers = Extract<Manifest['content'], { readonly kind: 'files' }>['layers'];

function filesOf(layout: Directory, layers: Layers, diffs: readonly string[]): Directory {
  const root = memoryDirectory();
  layers.forEach((layer, i) => {
    const where = `blobs/${layer.algorithm}/${layer.hex}`;
    const archive = unpacked(blobIn(layout, layer), layer.compression, where);
    checkUnpacked(archive, diffs[i], where);
    applyLayer(root, archive, where);
  });
  return root;
}
