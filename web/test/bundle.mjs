// How large the package is in a user's page, and what is in it: prints JSON.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ENTRIES = {
  '': "export * from './dist/index.js'",
  '/store': "export * from './dist/store/index.js'",
  '/react': "export * from './dist/react/index.js'",
};
const found = {};
for (const [name, contents] of Object.entries(ENTRIES)) {
  const made = await build({
    stdin: { contents, resolveDir: process.cwd() },
    bundle: true, minify: true, format: 'esm', write: false, metafile: true,
    external: ['react', 'react/jsx-runtime'], platform: 'browser',
  });
  const [{ contents: bytes, text }] = made.outputFiles;
  found[name] = {
    bytes: bytes.length,
    gzip: gzipSync(bytes).length,
    foreign: Object.keys(made.metafile.inputs).filter((path) => path.includes('node_modules')),
    // A keypair or a signature in base 58, a webhook's secret, a PEM; and what only Node has.
    secrets: text.match(/[1-9A-HJ-NP-Za-km-z]{80,}|whsec_\w|BEGIN [A-Z]/g) ?? [],
    ofNode: text.match(/\bnode:|\bprocess\.|\brequire\(|\bBuffer\b/g) ?? [],
    imports: Object.values(made.metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path)),
  };
}
console.log(JSON.stringify(found));
