// An image layout: index.json, manifests, configurations and layers, found by what they hash to.
// https://github.com/opencontainers/image-spec/blob/main/image-layout.md
// https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/ (a module as a layer of its own)
// Not here: reading files, hashing, unpacking.
import { type Json, variables } from './json.ts';
import { nameText } from '../syntax/visible.ts';

const INDEX: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);
const MANIFEST: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]);
/** Layers that are a module. */
const MODULE: ReadonlySet<string> = new Set([
  'application/wasm',
  'application/vnd.wasm.content.layer.v1+wasm',
  'application/vnd.bytecodealliance.wasm.component.layer.v0+wasm',
]);
/** Configurations of a module without a file system. */
const MODULE_CONFIG: ReadonlySet<string> = new Set([
  'application/vnd.wasm.config.v0+json',
  'application/vnd.wasm.config.v1+json',
]);

export type Compression = 'none' | 'gzip' | 'zstd';

const LAYERS: ReadonlyMap<string, Compression> = new Map([
  ['application/vnd.oci.image.layer.v1.tar', 'none'],
  ['application/vnd.oci.image.layer.v1.tar+gzip', 'gzip'],
  ['application/vnd.oci.image.layer.v1.tar+zstd', 'zstd'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar', 'none'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', 'gzip'],
  ['application/vnd.docker.image.rootfs.diff.tar', 'none'],
  ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'gzip'],
]);

/** What is there by what it hashes to. */
export interface Descriptor {
  readonly where: string;
  readonly mediaType: string;
  readonly algorithm: 'sha256' | 'sha512';
  readonly hex: string;
  readonly size: number;
}

const HEX_DIGITS = { sha256: 64, sha512: 128 } as const;

/** Throws OciError also for a digest that is none: it becomes a path. */
export function descriptorOf(json: Json): Descriptor {
  const digest: Json = json.need('digest');
  const [, algorithm, hex] = /^(sha256|sha512):([0-9a-f]+)$/.exec(digest.text()) ?? [];
  const known = algorithm as Descriptor['algorithm'] | undefined;
  if (known === undefined || hex.length !== HEX_DIGITS[known]) {
    digest.fail(`${nameText(digest.text())} is no digest by sha256 or sha512`);
  }
  const size = json.need('size');
  if (size.whole() < 0) size.fail('it is less than nothing');
  const mediaType = json.need('mediaType').text();
  return { where: json.where, mediaType, algorithm: known, hex, size: size.whole() };
}

/** The name that somebody gave an image. */
const nameOf = (one: Json): string | undefined =>
  one.get('annotations')?.get('org.opencontainers.image.ref.name')?.text();

/** Whether an image says that it is for WebAssembly: as `wasi/wasm`, `wasip1/wasm`, or by nothing. */
function mayBeWasm(one: Json): boolean {
  const platform = one.get('platform');
  const architecture = platform?.get('architecture')?.text();
  return architecture === undefined || architecture === 'wasm' || architecture === 'wasm32';
}

export interface Chosen {
  readonly descriptor: Descriptor;
  /** It is a list of images itself. */
  readonly isIndex: boolean;
}

/** The image of an index that is meant: by name where one is given, else the only one for WebAssembly. Throws OciError. */
export function chooseImage(index: Json, name: string | undefined): Chosen {
  const all = index.need('manifests').list();
  const named = name === undefined ? all : all.filter((one) => nameOf(one) === name);
  const listed = all.map(nameOf).filter((one) => one !== undefined);
  const names = listed.length === 0 ? '' : `; there are ${listed.map(nameText).join(', ')}`;
  if (name !== undefined && named.length === 0) index.fail(`there is no image ${nameText(name)}${names}`);
  const fitting = named.filter(mayBeWasm);
  if (fitting.length === 0) index.fail('there is no image for WebAssembly (architecture wasm)');
  if (fitting.length > 1)
    index.fail(`there are ${fitting.length} images for WebAssembly: --ref NAME says which${names}`);
  const descriptor = descriptorOf(fitting[0]);
  const isIndex = INDEX.has(descriptor.mediaType);
  if (!isIndex && !MANIFEST.has(descriptor.mediaType)) {
    fitting[0].fail(`${nameText(descriptor.mediaType)} is no image`);
  }
  return { descriptor, isIndex };
}

export interface Manifest {
  readonly config: Descriptor;
  /** A module alone, or layers of a file system, the lowest first. */
  readonly content:
    | { readonly kind: 'module'; readonly layer: Descriptor; readonly title: string | undefined }
    | { readonly kind: 'files'; readonly layers: readonly (Descriptor & { readonly compression: Compression })[] };
}

/** Reads a manifest. Throws OciError for layers of types that are not known here. */
export function manifestOf(manifest: Json): Manifest {
  const config = descriptorOf(manifest.need('config'));
  const list = manifest.need('layers').list();
  const layers = list.map(descriptorOf);
  const modules = layers.filter(({ mediaType }) => MODULE.has(mediaType));
  if (modules.length > 0 || MODULE_CONFIG.has(config.mediaType)) {
    if (modules.length !== 1) manifest.fail(`it has ${modules.length} modules as layers, and one is needed`);
    const title = list[layers.indexOf(modules[0])].get('annotations')?.get('org.opencontainers.image.title')?.text();
    return { config, content: { kind: 'module', layer: modules[0], title } };
  }
  if (layers.length === 0) manifest.fail('it has no layers');
  const files = layers.map((layer, i) => {
    const given: Json = list[i];
    const compression = LAYERS.get(layer.mediaType);
    if (compression === undefined) given.fail(`layers of type ${nameText(layer.mediaType)} are not known here`);
    return { ...layer, compression };
  });
  return { config, content: { kind: 'files', layers: files } };
}

export interface ImageConfig {
  /** The program and its first arguments; empty where a module is the image. */
  readonly entrypoint: readonly string[];
  /** The arguments after them, unless others are given. */
  readonly command: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  /** What the layers hash to when they are unpacked: `sha256:...`. */
  readonly diffs: readonly string[];
}

/** Reads a configuration. Throws OciError for what is no program of preview 1. */
export function imageConfigOf(config: Json): ImageConfig {
  const os = config.get('os')?.text();
  if (config.get('component') !== undefined || os === 'wasip2' || os === 'wasip3') {
    config.fail('it is a component, and only modules can be run (os wasip1)');
  }
  const given = config.get('config');
  const cwd = given?.get('WorkingDir')?.text() ?? '';
  return {
    entrypoint: given?.get('Entrypoint')?.texts() ?? [],
    command: given?.get('Cmd')?.texts() ?? [],
    env: variables(given?.get('Env')),
    cwd: cwd === '' ? '/' : cwd,
    diffs: config.get('rootfs')?.get('diff_ids')?.texts() ?? [],
  };
}
