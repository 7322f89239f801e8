// What `--stats` prints at the end of a run: time, and what the memories of the instances grew to.
import type { Instance } from '../index.ts';
import { cut } from '../syntax/shown.ts';
import { nameText } from '../syntax/visible.ts';
import { columns } from './terminal.ts';

export class Statistics {
  private readonly began = process.hrtime.bigint();
  private readonly instances: Instance[] = [];

  get empty(): boolean {
    return this.instances.length === 0;
  }

  add(instance: Instance): void {
    this.instances.push(instance);
  }

  /** Lines, without the last newline. */
  text(): string {
    const milliseconds = Number(process.hrtime.bigint() - this.began) / 1e6;
    const rows = [['time', `${milliseconds.toFixed(1)} ms`]];
    for (const { exports } of this.instances) {
      for (const [name, value] of Object.entries(exports)) {
        if (value.kind === 'memory') rows.push([`memory ${nameText(cut(name))}`, `${value.byteLength} bytes`]);
      }
    }
    rows.push(['process', `${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`]);
    const lines: string[] = [];
    columns(
      () => rows,
      (line) => void lines.push(`stats: ${line}`),
    );
    return lines.join('\n');
  }
}
