import type { BuildOptions } from 'esbuild';

export function bundle(entry: string, options?: BuildOptions): Promise<string>;
export function lowerToES5(script: string): Promise<string>;
export function bundles(): Promise<Record<string, string>>;
