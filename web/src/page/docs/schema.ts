import { type OpenApi, type Schema, nameOf } from './document.js';

const LIMITS: Record<string, (value: unknown) => string> = {
  minimum: (value) => `at least ${value}`,
  exclusiveMinimum: (value) => `more than ${value}`,
  maximum: (value) => `at most ${value}`,
  minLength: (value) => (value === 1 ? 'not empty' : `${value} characters or more`),
  maxLength: (value) => `at most ${value} characters`,
  minItems: (value) => (value === 1 ? 'not empty' : `${value} items or more`),
  maxItems: (value) => `at most ${value} items`,
  pattern: (value) => `matches ${value}`,
  default: (value) => `${JSON.stringify(value)} unless given`,
};

/** Follow a reference; what stands beside it says more of the same. */
export function resolved(document: OpenApi, schema: Schema): Schema {
  if (!schema.$ref) return schema;
  const base = document.components.schemas[nameOf(schema.$ref)] ?? {};
  const properties = { ...base.properties };
  for (const [name, more] of Object.entries(schema.properties ?? {})) {
    properties[name] = { ...properties[name], ...more };
  }
  return { ...base, ...(base.properties && { properties }) };
}

/** What a value may be besides null. */
export function kinds(schema: Schema): readonly Schema[] {
  return (schema.anyOf ?? [schema]).filter(({ type }) => type !== 'null');
}

/** Name a type in a few words. */
export function typeText(schema: Schema): string {
  const names = kinds(schema).map((kind) => {
    if (kind.$ref) return nameOf(kind.$ref);
    if (kind.const !== undefined) return JSON.stringify(kind.const);
    if (kind.type === 'array') return `${kind.items ? typeText(kind.items) : 'any'}[]`;
    const text = kind.type ?? (kind.enum ? 'string' : 'any');
    return kind.format && kind.format !== 'password' ? `${text} (${kind.format})` : text;
  });
  return [...new Set(names)].join(' or ');
}

/** The values that are allowed, where they are few enough to be named. */
export function choices(schema: Schema): readonly unknown[] {
  return kinds(schema).flatMap((kind) => kind.enum ?? []);
}

export function limits(schema: Schema): string {
  const scalars = kinds(schema).filter(({ type }) => type !== 'array' || !schema.anyOf);
  const found = [...scalars, ...(schema.anyOf ? [schema] : [])].flatMap((kind) =>
    Object.entries(LIMITS).flatMap(([name, say]) => (kind[name] === undefined ? [] : [say(kind[name])])));
  return [...new Set(found)].join(', ');
}

/** The fields inside a value: its own, those of its items, or those of its named values. */
export function inner(document: OpenApi, schema: Schema): Schema | undefined {
  for (const kind of kinds(schema)) {
    const found = resolved(document, kind);
    if (found.properties) return found;
    const { items, additionalProperties: named } = found;
    const below = items ?? (typeof named === 'object' ? named : undefined);
    if (below) return inner(document, below);
  }
  return undefined;
}

/** A body to begin with: each field that has an example or a default, or must be there. */
export function exampleOf(document: OpenApi, schema: Schema): unknown {
  const found = resolved(document, kinds(schema)[0] ?? schema);
  if (found.examples?.length) return found.examples[0];
  if (found.default !== undefined) return found.default;
  if (found.properties) {
    const must = new Set(found.required);
    const shown = Object.entries(found.properties).filter(([name, field]) =>
      must.has(name) || field.examples?.length || (field.default ?? null) !== null);
    return Object.fromEntries(shown.map(([name, field]) => [name, exampleOf(document, field)]));
  }
  const empty: Record<string, unknown> = { array: [], integer: 0, number: 0, boolean: false };
  return found.enum?.[0] ?? empty[found.type ?? ''] ?? '';
}
