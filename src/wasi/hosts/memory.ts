// A host in memory: file system, streams, clock and randomness that touch nothing outside. The same everywhere.
export { memoryDirectory, type MemoryTree, readFile, readText } from './memory/filesystem.ts';
export type { MemoryLimits } from './memory/nodes.ts';
export { LoopbackNetwork, type LoopbackOptions } from './memory/network.ts';
export {
  BufferOutput,
  discardOutput,
  fixedInput,
  outputTo,
  type PieceSource,
  QueueInput,
  SourceInput,
} from './memory/streams.ts';
export { seededRandom, VirtualClock, type VirtualClockOptions } from './memory/time.ts';
