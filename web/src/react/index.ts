export { ExternalBuyProvider, useBuyClient } from './context.js';
export { type Outcome, outcomeOf, sentenceOf } from '../store/outcome.js';
export { ExternalBuyProgressTracker, type TrackerProps, solanaExplorer } from './tracker.js';
export { type ExternalBuy, type ExternalBuyOptions, useExternalBuy } from './use-external-buy.js';
