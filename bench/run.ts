// npm run bench: times the built package against other engines, on kernels, CoreMark and programs of the corpus, and
// its start-up, memory, calls and suspension. docs/benchmarks.md tells how, and how wasm3 and toywasm are built.
// Results are checked before times count: an engine that answers wrongly gets no figure.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../tests/data.ts';
import { chart } from './chart.ts';
import { writeDocs } from './docs.ts';
import { timeKernels, timePrograms } from './execution.ts';
import { describeMachine } from './machine.ts';
import { runOps } from './ops/run.ts';
import { measureOthers } from './others.ts';
import type { Places } from './players.ts';
import { type Report, textLine } from './report.ts';
import { COREMARK, KERNELS, PROGRAMS, kernel } from './work.ts';

const USAGE = `npm run bench -- [OPTIONS] [NAME...]
  NAME: a kernel (${KERNELS.map((one) => one.name).join(' ')}), coremark, a program of the corpus; none means all that
  is timed by default, and the tables of start-up and calls
  --against LIST     engines: native,polywasm,webassemblyjs by default
  --wasm3 PATH       also wasm3; --toywasm PATH also toywasm; --prototype PATH also a prototype (a script)
  --tables LIST      kernels,programs,startup,calls by default
  --quick            one process and three pairs of each, instead of three processes and five pairs
  --processes N --rounds N
  --dist FOLDER      the build that is timed (dist)
  --json FILE --svg FILE   where results and a chart go
  --docs             writes docs/performance.md and docs/performance.svg
  --from FILE        takes results from such JSON files, of several runs, instead of measuring; may be repeated
  --ops [--top N] [--all-pairs]   counts internal ops and pairs of them instead`;

const OPTIONS = {
  against: { type: 'string', default: 'native,polywasm,webassemblyjs' },
  wasm3: { type: 'string', default: '' },
  toywasm: { type: 'string', default: '' },
  prototype: { type: 'string', default: '' },
  tables: { type: 'string', default: 'kernels,programs,startup,calls' },
  quick: { type: 'boolean', default: false },
  processes: { type: 'string' },
  rounds: { type: 'string' },
  dist: { type: 'string', default: join(projectRoot, 'dist') },
  json: { type: 'string' },
  svg: { type: 'string' },
  docs: { type: 'boolean', default: false },
  from: { type: 'string', multiple: true },
  ops: { type: 'boolean', default: false },
  top: { type: 'string', default: '25' },
  'all-pairs': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ allowPositionals: true; options: typeof OPTIONS }>>['values'];

async function main(): Promise<void> {
  const { values, positionals: names } = parseArgs({ allowPositionals: true, options: OPTIONS });
  const { json, svg } = values;
  const dist = resolve(values.dist);
  if (values.help) {
    console.log(USAGE);
    return;
  }
  if (values.ops) {
    runOps({ dist, names, top: Number(values.top), allPairs: values['all-pairs'], json });
    return;
  }
  const report = values.from === undefined ? await measureAll(values, names, dist) : joined(values.from);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 1)}\n`);
  if (svg !== undefined) writeFileSync(svg, chart(report));
  if (values.docs) writeDocs(report);
}

/** Measures what the options say. */
async function measureAll(values: Values, names: readonly string[], dist: string): Promise<Report> {
  const { quick } = values;
  const path = (name: 'wasm3' | 'toywasm' | 'prototype'): string => values[name] && resolve(values[name]);
  const places: Places = { dist, wasm3: path('wasm3'), toywasm: path('toywasm'), prototype: path('prototype') };
  const engines = values.against.split(',').filter((name) => name !== '');
  for (const name of ['prototype', 'toywasm', 'wasm3'] as const)
    if (places[name] !== '' && !engines.includes(name)) engines.unshift(name);
  const wanted = (table: string): boolean => values.tables.split(',').includes(table);
  const effort = {
    processes: Number(values.processes ?? (quick ? 1 : 3)),
    rounds: Number(values.rounds ?? (quick ? 3 : 9)),
  };

  const kernels = names.length === 0 ? [...KERNELS, COREMARK] : names.flatMap((name) => kernel(name) ?? []);
  const programs = names.length === 0 ? PROGRAMS : names.filter((name) => kernel(name) === undefined);
  const machine = describeMachine(places, engines);
  console.log(`${machine.cpu}; Node ${machine.node}; ${machine.commit}; ${effort.processes} x ${effort.rounds} pairs`);
  const show = (series: Parameters<typeof textLine>[0]): void => console.log(textLine(series));
  return {
    command: commandOf(values, names),
    machine,
    effort,
    kernels: wanted('kernels') ? await timeKernels(kernels, engines, places, effort, show) : [],
    programs: wanted('programs') ? await timePrograms(programs, engines, places, effort, show) : [],
    ...(names.length === 0 ? await measureOthers(dist, quick, wanted) : {}),
  };
}

/** Reports of several runs as one: machine and effort are those of the first. */
function joined(paths: readonly string[]): Report {
  const all = paths.map((path) => JSON.parse(readFileSync(path, 'utf8')) as Report);
  const last = <T>(pick: (one: Report) => T | undefined): T | undefined => all.map(pick).reverse().find(Boolean);
  const [startup, calls] = [last((one) => one.startup), last((one) => one.calls)];
  return {
    ...all[0],
    kernels: all.flatMap((one) => one.kernels),
    programs: all.flatMap((one) => one.programs),
    ...(startup === undefined ? {} : { startup }),
    ...(calls === undefined ? {} : { calls }),
  };
}

/** What to type for the same measurement, without the folders of this machine. */
function commandOf(values: Values, names: readonly string[]): string {
  const words = ['npm run bench --'];
  for (const name of ['wasm3', 'toywasm', 'prototype'] as const) if (values[name] !== '') words.push(`--${name} PATH`);
  if (values.against !== OPTIONS.against.default) words.push(`--against ${values.against}`);
  if (values.tables !== OPTIONS.tables.default) words.push(`--tables ${values.tables}`);
  if (values.quick) words.push('--quick');
  for (const name of ['processes', 'rounds'] as const)
    if (values[name] !== undefined) words.push(`--${name} ${values[name]}`);
  if (names.length > 0) words.push('NAME...');
  return words.join(' ').replace(/ --$/, '');
}

await main();
