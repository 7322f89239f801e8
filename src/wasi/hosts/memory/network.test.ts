import { networkSuite } from '../../host/network.suite.ts';
import { LoopbackNetwork } from '../memory.ts';

networkSuite('a network in memory', () => new LoopbackNetwork());
