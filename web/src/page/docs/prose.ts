import { type Child, h } from '../dom.js';

/** Draw a description: paragraphs with `code` and **strong** words, the two marks it uses. */
export function prose(text: string): HTMLElement[] {
  return text.trim().split(/\n\s*\n/).map((paragraph) => h('p', {}, ...marked(paragraph)));
}

export function marked(text: string): Child[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith('`')) return h('code', {}, part.slice(1, -1));
    if (part.startsWith('**')) return h('strong', {}, part.slice(2, -2));
    return part;
  });
}
