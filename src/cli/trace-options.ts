// The options of --trace, checked; src/trace does the tracing.
import { choice, count, maybeValued, type Options, type OptionSpecs, valued } from './options.ts';

const TRACE_KINDS = ['ops', 'calls', 'mem', 'wasi', 'branch'] as const;
export type TraceKind = (typeof TRACE_KINDS)[number];

export interface TraceOptions {
  readonly kinds: ReadonlySet<TraceKind>;
  /** Lines at most; then one line says how many more there were. */
  readonly limit: number | undefined;
  /** A function's name has to match; `*` stands for anything. */
  readonly filter: string | undefined;
  /** A file's path; undefined for standard error. */
  readonly out: string | undefined;
  readonly format: 'text' | 'json';
}

export const TRACE_OPTIONS: OptionSpecs = {
  trace: maybeValued('KINDS', `print what runs: ${TRACE_KINDS.join(',')} (default: ops)`, { heading: 'Watching' }),
  'trace-limit': valued('N', 'at most N lines (default: 10000)'),
  'trace-filter': valued('PATTERN', 'only functions whose name fits, with * for anything'),
  'trace-out': valued('FILE', 'not to standard error but to a file'),
  'trace-format': valued('FORMAT', 'text or json'),
};

/** What the options ask for; undefined without --trace. */
export function traceOptions(options: Options): TraceOptions | undefined {
  const kindsText = options.one('trace');
  const format = choice(options, 'trace-format', ['text', 'json'] as const, 'text');
  const limit = count(options, 'trace-limit');
  const filter = options.one('trace-filter');
  const out = options.one('trace-out');
  const alone = Object.keys(TRACE_OPTIONS).find((name) => name !== 'trace' && options.has(name));
  if (kindsText === undefined) {
    if (alone !== undefined) throw options.usage(`--${alone} needs --trace`);
    return undefined;
  }
  const kinds = new Set<TraceKind>();
  for (const word of kindsText === '' ? ['ops'] : kindsText.split(',')) {
    const kind = TRACE_KINDS.find((one) => one === word);
    if (kind === undefined) throw options.usage(`--trace=${kindsText}: it is made of ${TRACE_KINDS.join(', ')}`);
    kinds.add(kind);
  }
  const unfit = ['trace-limit', 'trace-filter'].find((name) => options.has(name));
  if (kinds.size === 1 && kinds.has('wasi') && unfit !== undefined) {
    throw options.usage(`--${unfit} is not for --trace=wasi, which shows no instructions`);
  }
  return { kinds, limit, filter, out, format };
}
