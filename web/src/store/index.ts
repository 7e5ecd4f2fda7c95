export { type Job, isOpen } from './job.js';
export { configure, defaultClient, storeOf } from './shared.js';
export { BuyStore, EMPTY, type StoreOptions, type StoreState } from './store.js';
