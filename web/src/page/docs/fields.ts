import { h } from '../dom.js';
import type { OpenApi, Schema } from './document.js';
import { prose } from './prose.js';
import { choices, inner, limits, typeText } from './schema.js';

/** The fields of an object, each with its type, limits and meaning; inner ones unfold. */
export function fields(document: OpenApi, schema: Schema): HTMLElement {
  const found = inner(document, schema);
  if (!found?.properties) return h('p', { class: 'quiet' }, typeText(schema));
  const must = new Set(found.required);
  return h('ul', { class: 'fields' }, ...Object.entries(found.properties).map(([name, field]) =>
    h('li', {}, ...described(name, field, must.has(name)), unfolding(document, name, field))));
}

/** The name, type, limits, text and values of a field or a parameter. */
export function described(name: string, schema: Schema, isRequired: boolean, text = schema.description): HTMLElement[] {
  const limit = limits(schema);
  const values = choices(schema);
  return [
    h('p', { class: 'field-head' },
      h('code', { class: 'field-name' }, name),
      h('span', { class: 'quiet' }, typeText(schema)),
      isRequired && h('span', { class: 'must' }, 'required')),
    ...(text ? prose(text) : []),
    ...(limit ? [h('p', { class: 'quiet limit' }, limit)] : []),
    ...(values.length ? [codes(values)] : []),
  ];
}

export function codes(values: readonly unknown[]): HTMLElement {
  return h('ul', { class: 'codes' }, ...values.map((value) => h('li', {}, h('code', {}, String(value)))));
}

function unfolding(document: OpenApi, name: string, schema: Schema): HTMLElement | false {
  return !!inner(document, schema) && folded(`Fields of ${name}`, () => fields(document, schema));
}

/** Something that is drawn when it is first unfolded. */
export function folded(title: string, content: () => HTMLElement): HTMLDetailsElement {
  const details = h('details', {}, h('summary', {}, title));
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(content());
  });
  return details;
}
