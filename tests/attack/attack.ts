// Runs a part of the attack, sorts its figures, and measures again what is above a bound.
import { measureInChildren, type Result } from './children.ts';
import type { Figure, Settings } from './part.ts';
import { PARTS } from './parts.ts';

export const PART_NAMES: readonly string[] = Object.keys(PARTS).filter((name) => name !== 'canaries');

/** A figure of a case, and where it came from. */
export interface Shown {
  readonly part: string;
  readonly loop: string;
  readonly result: Result;
  readonly figure: Figure;
}

/** One that is above its bound. */
export interface Broken extends Shown {
  readonly command: string;
}

export interface Options {
  readonly only?: string | undefined;
  /** A part of the names. */
  readonly match?: string | undefined;
  readonly list?: boolean;
  /** Told of each case, and whether it is above a bound, before it is measured again. */
  readonly progress?: (name: string, isAbove?: boolean) => void;
  /** How many figures are shown. */
  readonly top?: number;
  /** How often a case is measured again while it is above a bound: a busy machine makes some figures high, but not all. */
  readonly repeats?: number;
}

/** How much of its bound a figure takes. */
export function share({ value, bound }: Figure): number {
  return bound === 0 ? (value === 0 ? 0 : Number.POSITIVE_INFINITY) : value / bound;
}

/** The figures of two measurements, each the less. */
function least(one: readonly Figure[], other: readonly Figure[]): Figure[] {
  return one.map((figure) => {
    const again = other.find(({ what }) => what === figure.what);
    return again !== undefined && share(again) < share(figure) ? again : figure;
  });
}

const isBroken = ({ figures }: Result): boolean => figures.some((figure) => share(figure) > 1);

export async function attack(
  part: string,
  settings: Settings,
  { only, match = '', list = false, progress, top = 10, repeats = 3 }: Options = {},
): Promise<{ names: readonly string[]; worst: Shown[]; broken: Broken[] }> {
  const known = PARTS[part];
  const names = known.cases(settings).filter((name) => name.includes(match) && (only ?? name) === name);
  if (list || names.length === 0) return { names, worst: [], broken: [] };
  const results = await measure(part, names, settings, repeats, progress);
  const all = results.flatMap((result) =>
    result.figures.map((figure): Shown => ({ part, loop: settings.loop, result, figure })),
  );
  all.sort((a, b) => share(b.figure) - share(a.figure));
  const broken = all.filter(({ figure }) => share(figure) > 1);
  return {
    names,
    worst: all.slice(0, top),
    broken: broken.map((one) => ({ ...one, command: command(one, settings) })),
  };
}

async function* measureHere(part: string, names: readonly string[], settings: Settings): AsyncGenerator<Result> {
  for (const name of names) yield { part, name, figures: await PARTS[part].measure(name, settings) };
}

async function measure(
  part: string,
  names: readonly string[],
  settings: Settings,
  repeats: number,
  progress?: (name: string, isAbove?: boolean) => void,
): Promise<Result[]> {
  const results = new Map<string, Result>();
  const measured = (some: readonly string[]) =>
    PARTS[part].ownProcesses ? measureHere(part, some, settings) : measureInChildren(part, some, settings);
  for await (const result of measured(names)) {
    progress?.(`${part} ${settings.loop}: ${result.name}`, isBroken(result));
    results.set(result.name, result);
  }
  for (let again = 0; again < repeats; again++) {
    const high = [...results.values()].filter(isBroken).map(({ name }) => name);
    for await (const { name, figures } of measured(high)) {
      progress?.(`${part} ${settings.loop}: ${name}, again`);
      const before = results.get(name) as Result;
      results.set(name, { ...before, figures: least(before.figures, figures) });
    }
  }
  return [...results.values()];
}

function command({ part, loop, result }: Shown, { seed }: Settings): string {
  return `npm run attack -- --part ${part} --loop ${loop} --seed ${seed} --only '${result.name}'`;
}
