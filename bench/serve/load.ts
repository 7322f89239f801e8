// Clients of a server on this machine: so many requests on so many connections that stay, and how long each took.
import { Agent, get } from 'node:http';

export interface Load {
  readonly seconds: number;
  /** Milliseconds of each, from the shortest to the longest. */
  readonly times: readonly number[];
  /** Those that were answered by another status than 200, or not at all. */
  readonly failed: number;
}

function one(port: number, path: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path, agent }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode === 200));
      answer.on('error', () => resolve(false));
    });
    request.on('error', () => resolve(false));
  });
}

export async function load(port: number, path: string, requests: number, connections: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  let failed = 0;
  let left = requests;
  const began = performance.now();
  const client = async (): Promise<void> => {
    while (left-- > 0) {
      const from = performance.now();
      if (!(await one(port, path, agent))) failed++;
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  const seconds = (performance.now() - began) / 1000;
  agent.destroy();
  return { seconds, times: times.sort((a, b) => a - b), failed };
}
