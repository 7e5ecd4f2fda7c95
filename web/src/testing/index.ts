export { type Received, answer, refuse } from './fake-answers.js';
export { FakeServer } from './fake-server.js';
