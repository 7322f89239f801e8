// Routes of WAGI: which request goes to which module. Paths are compared as they are on the wire, with their escapes.
// https://github.com/deislabs/wagi/blob/main/docs/configuring_and_running.md
// https://github.com/deislabs/wagi/blob/main/docs/writing_modules.md#advanced-declaring-sub-routes-in-the-module
// Not here: where they are written down (modules.toml), and who runs `_routes`.
import { nameText } from '../syntax/visible.ts';

const BELOW = '/...';

/** A path, or all that begins with it. */
export interface Route {
  /** As it was written: `/hello`, or `/hello/...`. */
  readonly text: string;
  /** Without `/...`; of `/...` nothing is left. */
  readonly base: string;
  /** Whether it has all paths below it, too. */
  readonly below: boolean;
}

/** Why a text is no route, or undefined. */
export function whyNoRoute(text: string): string | undefined {
  if (!text.startsWith('/')) return `a route begins with /, and ${nameText(text)} does not`;
  if (text.includes(`${BELOW}/`)) return `a route has /... at its end alone, not as ${nameText(text)} has it`;
  if (/^[!-~]*$/.test(text) && !/[?#]/.test(text)) return undefined;
  return `a route is compared with paths as they are in a URL, which ${nameText(text)} can never be: other characters are escaped there, a blank as %20`;
}

export function routeOf(text: string): Route {
  const below = text.endsWith(BELOW);
  return { text, base: below ? text.slice(0, -BELOW.length) : text, below };
}

/** Whether a request's path, which is still escaped, belongs to the route: `/foo/...` has `/foo` and `/foo/bar`, not `/foobar`. */
export function isOn(route: Route, path: string): boolean {
  return path === route.base || (route.below && path.startsWith(`${route.base}/`));
}

/** A route below another one's base. */
function appended(route: Route, text: string): Route {
  const base = route.base.endsWith('/') ? route.base.slice(0, -1) : route.base;
  return routeOf(`${base}${text.startsWith('/') ? '' : '/'}${text}`);
}

/** A route that a module itself declared, and the export that answers it. */
export interface Declared {
  readonly route: Route;
  readonly entry: string;
}

/** What `_routes` printed is no list of routes. */
export class RoutesError extends Error {
  override readonly name = 'RoutesError';
}

/**
 * The routes that a module's `_routes` printed, a line each: path, blanks, export. The last one that fits a request is meant,
 * so they are returned from the last to the first. @throws RoutesError
 */
export function declaredRoutes(route: Route, printed: string): Declared[] {
  const found: Declared[] = [];
  for (const line of printed.split('\n')) {
    const words = line.split(/[ \t\r]/).filter((word) => word !== '');
    if (words.length === 0) continue;
    const shown = nameText(line.slice(0, 200));
    if (words.length !== 2) throw new RoutesError(`_routes printed ${shown}: a line is a path, a blank, and an export`);
    const one = appended(route, words[0]);
    const why = whyNoRoute(one.text);
    if (why !== undefined) throw new RoutesError(`_routes printed ${shown}: ${why}`);
    found.push({ route: one, entry: words[1] });
  }
  if (found.length === 0) throw new RoutesError('_routes printed no route');
  return found.reverse();
}
