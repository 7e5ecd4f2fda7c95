export { type Received, answer, refuse } from './fake-rest.js';
export { FakeServer } from './fake-server.js';
