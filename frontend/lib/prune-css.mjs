// Leaves out style rules whose classes no file of the application names. Made for Tabler's minified sheet: flat rules, at-rules around them.
import { readFileSync } from 'node:fs';

/** Every word within quotes in the files: class attributes, arguments of macros, constants. Translated sentences and docstrings are no class names. */
export function wordsOf(paths) {
  const words = new Set();
  for (const path of paths) {
    const text = readFileSync(path, 'utf8').replace(/\b(_l?|n?gettext)\(\s*("[^"]*"|'[^']*')/g, '').replace(/"""[\s\S]*?"""/g, '');
    for (const [quoted] of text.matchAll(/"[^"]*"|'[^']*'|`[^`]*`/g)) for (const [word] of quoted.matchAll(/[A-Za-z_][\w-]*/g)) words.add(word);
  }
  return words;
}

/** Index of the brace that closes the one at `open`; strings are skipped. */
function closing(css, open) {
  let depth = 0;
  for (let i = open; i < css.length; i++) {
    const c = css[i];
    if (c === '"' || c === "'") {
      for (i++; css[i] !== c; i++) if (css[i] === '\\') i++;
    } else if (c === '{') depth++;
    else if (c === '}' && --depth === 0) return i;
  }
  return css.length;
}

function splitSelectors(text) {
  const parts = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(' || text[i] === '[') depth++;
    else if (text[i] === ')' || text[i] === ']') depth--;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

/** The sheet with only those rules whose every class (outside :not() and its like) `isUsed` accepts, and nothing that matches `drop`. */
export function pruneCss(css, isUsed, drop) {
  let out = '';
  let at = 0;
  while (at < css.length) {
    if (css.startsWith('/*', at)) {
      at = css.indexOf('*/', at) + 2;
      continue;
    }
    const open = css.indexOf('{', at);
    const semicolon = css.indexOf(';', at);
    if (semicolon !== -1 && (open === -1 || semicolon < open)) {
      out += css.slice(at, semicolon + 1);
      at = semicolon + 1;
      continue;
    }
    if (open === -1) break;
    const close = closing(css, open);
    const head = css.slice(at, open).trim();
    const body = css.slice(open + 1, close);
    at = close + 1;
    if (/^@(media|supports|layer|container)/.test(head)) {
      const inner = pruneCss(body, isUsed, drop);
      if (inner) out += `${head}{${inner}}`;
    } else if (head.startsWith('@')) {
      out += `${head}{${body}}`;
    } else {
      const kept = splitSelectors(head).filter((selector) => {
        if (drop.test(selector)) return false;
        let bare = selector;
        for (let before = ''; before !== bare;) [before, bare] = [bare, bare.replace(/\([^()]*\)/g, '')];
        return [...bare.matchAll(/\.((?:[\w-]|\\.)+)/g)].every(([, name]) => isUsed(name.replace(/\\/g, '')));
      });
      if (kept.length) out += `${kept.join(',')}{${body}}`;
    }
  }
  return out;
}

/** The sheet without custom properties of `prefix` that nothing in it reads, directly or through another one. */
export function pruneProperties(css, prefix) {
  for (let before = ''; before !== css;) {
    before = css;
    const used = new Set([...css.matchAll(/var\(\s*(--[\w-]+)/g)].map(([, name]) => name));
    css = css.replace(/(?<=[{;])(--[\w-]+):(?:[^;{}"']|"[^"]*"|'[^']*')*(?:;|(?=\}))/g, (all, name) => (name.startsWith(prefix) && !used.has(name) ? '' : all));
  }
  return css.replace(/[^{}]+\{\}/g, '');
}
