// Writes results into docs/performance.md: what stands between the comments `<!-- bench:NAME -->` and `<!-- end -->` is
// replaced; sections that were not measured stay. The chart goes to docs/performance.svg.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../tests/data.ts';
import { chart } from './chart.ts';
import { coldTable, coreMarkTable, failures, losses, ratioTable, type Report, rowTable } from './report.ts';

/** Name of a section -> its text; undefined where that was not measured. */
function sections(report: Report): Readonly<Record<string, string | undefined>> {
  const { machine, effort, kernels, programs, startup, calls, command } = report;
  const versions = Object.entries(machine.engines).map(([name, version]) => `${name} ${version}`.trim());
  const facts = [
    `Measured on ${machine.date} with \`${command}\`: ${machine.cpu}, ${machine.memory}, ${machine.system}, Node ` +
      `${machine.node}, our commit ${machine.commit}; ${versions.join(', ')}.`,
    `${effort.processes} processes of each engine, ${effort.rounds} pairs in each.`,
  ];
  const has = (list: readonly unknown[] | undefined): boolean => list !== undefined && list.length > 0;
  return {
    facts: facts.join('\n'),
    kernels: has(kernels) ? ratioTable(kernels) : undefined,
    coremark: has(kernels) ? coreMarkTable(kernels) : undefined,
    programs: has(programs) ? ratioTable(programs) : undefined,
    cold: has(programs) ? coldTable(programs) : undefined,
    losses: has(kernels) && has(programs) ? losses(report) : undefined,
    failures: has(kernels) && has(programs) ? failures(report) : undefined,
    startup: has(startup) ? rowTable(startup ?? []) : undefined,
    calls: has(calls) ? rowTable(calls ?? []) : undefined,
  };
}

/** @throws Error where the document lacks a section. */
export function writeDocs(report: Report): void {
  const path = join(projectRoot, 'docs', 'performance.md');
  let text = readFileSync(path, 'utf8');
  for (const [name, content] of Object.entries(sections(report))) {
    if (content === undefined) continue;
    const [open, close] = [`<!-- bench:${name} -->`, '<!-- end -->'];
    const from = text.indexOf(open);
    const to = text.indexOf(close, from);
    if (from < 0 || to < 0) throw new Error(`docs/performance.md has no section ${open} ... ${close}`);
    text = `${text.slice(0, from + open.length)}\n\n${content}\n\n${text.slice(to)}`;
  }
  writeFileSync(path, text);
  if (report.kernels.length > 0 && report.programs.length > 0) {
    writeFileSync(join(projectRoot, 'docs', 'performance.svg'), chart(report));
  }
}
