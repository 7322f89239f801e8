// The entry of an app on React Native: first the polyfill, because Hermes has no WebAssembly, then everything else.
// Metro lowers it for the engine like the rest of the app.
import 'wasmi-ts/polyfill';
import { fibonacci } from './app.js';

fibonacci(20).then((n) => globalThis.show(`fibonacci(20) is ${n}`));
