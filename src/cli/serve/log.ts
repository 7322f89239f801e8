// What a server says of its requests: a line each on standard output, in the common log format with the time it took; what
// programs write to standard error, and why they failed, on our standard error. No text of a client or a guest can make a
// line of its own, or reach a terminal as it is.
// https://httpd.apache.org/docs/2.4/logs.html#common
import { visible } from '../../syntax/visible.ts';
import type { Console } from '../console.ts';

/** Bytes of one request's standard error that are told. */
const LONGEST = 65_536;

export interface Access {
  readonly remote: string;
  readonly method: string;
  readonly target: string;
  readonly version: string;
  /** 499: the client went away before. */
  readonly status: number;
  /** Of the body. */
  readonly bytes: number;
  /** Milliseconds. */
  readonly took: number;
}

/** `28/Nov/2026:07:41:32 +0000`. */
function timeOf(date: Date): string {
  const [, day, month, year, time] = date.toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

const quotedText = (text: string): string => visible(text.split('\\').join('\\\\').split('"').join('\\"'));

export function accessLine({ remote, method, target, version, status, bytes, took }: Access, date: Date): string {
  const request = quotedText(`${method} ${target} HTTP/${version}`);
  return `${remote} - - [${timeOf(date)}] "${request}" ${status} ${bytes} ${took.toFixed(1)}ms`;
}

/** What one program writes to standard error, in whole lines with the route before them. */
export class ErrorLines {
  private readonly console: Console;
  private readonly route: string;
  private rest = '';
  private length = 0;

  constructor(console: Console, route: string) {
    this.console = console;
    this.route = route;
  }

  readonly write = (bytes: Uint8Array): void => {
    const before = this.length;
    this.length += bytes.length;
    if (before > LONGEST) return;
    const lines = (this.rest + Buffer.from(bytes.subarray(0, LONGEST - before)).toString()).split('\n');
    this.rest = lines.pop() as string;
    for (const line of lines) this.say(line);
  };

  /** What stands at the end without a line feed, and how much was left out. */
  end(): void {
    if (this.rest !== '') this.say(this.rest);
    if (this.length > LONGEST) this.say(`(and ${this.length - LONGEST} bytes more)`);
    this.rest = '';
    this.length = 0;
  }

  /** A line of ours, after all that the program wrote. */
  note(line: string): void {
    this.end();
    this.say(line);
  }

  private say(line: string): void {
    this.console.tell(visible(`${this.route}: ${line}`));
  }
}
