// Makes a case small: genomes are plain data, and any genome gives a valid module, so parts are left out, trees replaced
// by their branches and numbers by smaller ones, for as long as the case stays one. fast-check's own shrinking does not
// put a branch in the place of its tree, and stops at larger modules.

/** Small numbers for the `choice` of a whole genome. */
const CHOICES = [0, 1, 2, 3];
/** Cases that are tried, at most. */
const MAX_TRIES = 4000;
const DEFAULT_SECONDS = 60;

type Data = number | readonly Data[] | { readonly [key: string]: Data };

function isList(data: Data): data is readonly Data[] {
  return Array.isArray(data);
}

/** How large data is, apart from what it stands for. */
function weight(data: Data): number {
  if (typeof data === 'number') return 1 + Math.log2(1 + Math.abs(data)) / 32;
  const parts = isList(data) ? data : Object.values(data);
  return parts.reduce<number>((sum, one) => sum + weight(one), 1);
}

function* smallerNumbers(value: number): Generator<number> {
  for (let small = 0; small < Math.min(8, value); small++) yield small;
  for (let bit = 30; bit >= 0; bit--) if (((value >> bit) & 1) === 1 && value > 8) yield value & ~(1 << bit);
}

function* shorterLists(list: readonly Data[]): Generator<readonly Data[]> {
  for (let size = list.length; size >= 1; size >>= 1) {
    for (let at = list.length - size; at >= 0; at -= size) yield [...list.slice(0, at), ...list.slice(at + size)];
  }
}

/** Other trees without branches: some of what a tree might be all alike. */
const LEAVES: readonly Data[] = Array.from({ length: 16 }, (_, i) => {
  const mixed = Math.imul(i + 1, 0x9e3779b1) >>> 0;
  return { n: mixed >>> 16, k: (mixed >>> 4) & 0xffff, children: [] };
});
const TWIGS: readonly Data[] = LEAVES.map((leaf, i) => ({ ...(leaf as object), children: [LEAVES[(i + 5) % 16]] }));

/** What may stand in the place of some data: first what leaves most out. */
function* smaller(data: Data): Generator<Data> {
  if (typeof data === 'number') yield* smallerNumbers(data);
  else if (isList(data)) yield* shorterLists(data);
  else if (data['children'] !== undefined) {
    const branches = data['children'] as readonly Data[];
    yield* branches;
    if (branches.length > 0) yield* LEAVES;
    if (branches.length > 1) yield* TWIGS;
  }
}

type Path = readonly (string | number)[];

/** The places of all parts, wholes before their parts. */
function places(data: Data, path: Path = []): Path[] {
  if (typeof data === 'number') return [path];
  const parts: [string | number, Data][] = isList(data) ? [...data.entries()] : Object.entries(data);
  return [path, ...parts.flatMap(([key, one]) => places(one, [...path, key]))];
}

function at(data: Data, path: Path): Data {
  return path.reduce((part, key) => (part as { readonly [key: string]: Data })[key], data);
}

function withPart(data: Data, [key, ...rest]: Path, part: Data): Data {
  if (key === undefined) return part;
  if (isList(data)) return data.map((one, i) => (i === key ? withPart(one, rest, part) : one));
  const whole = data as { readonly [key: string]: Data };
  return { ...whole, [key]: withPart(whole[key], rest, part) };
}

/**
 * The smallest that is found of a case; what is none the first time stays as it is. `Whole` is made of numbers, lists and records.
 *
 * @param size How large what the data stands for is; undefined where it is no case, or cannot be made.
 * @param seconds Time for it, at most.
 */
export function reduce<Whole>(
  whole: Whole,
  size: (data: Whole) => number | undefined,
  seconds = DEFAULT_SECONDS,
): Whole {
  const until = Date.now() + seconds * 1000;
  const measure = (data: Data): number => size(data as unknown as Whole) ?? Infinity;
  let best = whole as unknown as Data;
  let bestSize = measure(best);
  if (bestSize === Infinity) return whole;
  let tries = 0;
  const accepts = (other: Data): boolean => {
    if (++tries > MAX_TRIES || Date.now() > until) return false;
    const otherSize = measure(other);
    if (otherSize > bestSize || (otherSize === bestSize && weight(other) >= weight(best))) return false;
    [best, bestSize] = [other, otherSize];
    return true;
  };
  const improve = (path: Path): boolean => {
    for (const part of smaller(at(best, path))) {
      const other = withPart(best, path, part);
      if (accepts(other)) return true;
      // Without a function others have other indices: what is chosen by numbers may fit again with another number.
      if (path.length !== 1 || !isList(part)) continue;
      for (const choice of CHOICES) if (accepts({ ...(other as object), choice })) return true;
    }
    return false;
  };
  for (let better = true; better && tries <= MAX_TRIES && Date.now() <= until; ) {
    better = false;
    for (let i = 0; i < places(best).length; i++) {
      while (i < places(best).length && improve(places(best)[i])) better = true;
    }
  }
  return best as unknown as Whole;
}
