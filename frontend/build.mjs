// Builds static/dist: scripts, one style sheet, icons, fonts, the barcode reader, and manifest.json.
// `node frontend/build.mjs [--all-css]`; --all-css keeps rules that no file uses.
import { build, transform } from 'esbuild';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { pruneCss, pruneProperties, wordsOf } from './lib/prune-css.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(ROOT, 'static', 'dist');
const MODULES = join(ROOT, 'node_modules');
const started = performance.now();
const manifest = {};

// Classes that are put together at run time or set by Bootstrap's scripts, and small utilities that any page may want.
const KEEP = [
  /^(show|showing|hiding|fade|collapse|collapsed|collapsing|active|disabled|dropdown|dropup)$/,
  /^offcanvas(-(lg|start|end|bottom|header|body|title|backdrop))?$/, /^dropdown(-(menu|item|divider|header|menu-end))?$/,
  /^(is-invalid|is-valid|was-validated|visually-hidden|visually-hidden-focusable|text-end|text-start|text-center|text-nowrap|text-truncate|text-break)$/,
  /^[mp][tbsexy]?-(0|1|2|3|4|5|auto)$/, /^g[xy]?-[0-5]$/, /^gap-[0-5]$/, /^(row|col|col-auto|col-\d+|col-(sm|md|lg|xl)(-\d+|-auto)?)$/,
  /^d-(none|block|flex|grid|inline|inline-block|inline-flex)$/, /^d-(sm|md|lg|print)-(none|block|flex|inline)$/,
  /^(flex|justify-content|align-items|align-self)-[a-z-]+$/, /^(w|h)-(25|50|75|100|auto)$/, /^fw-(normal|medium|bold|semibold)$/, /^icon(-\w+)?$/, /^btn(-(sm|lg|primary|link|danger|icon))?$/,
  /^input-group(-text)?$/, /^form-(control|select|check|check-input|check-label|label)$/, /^table(-sm)?$/,
];
// What is never used here: dark theme, right-to-left layout of the interface, vendors.
const DROP = /\[data-(bs-)?theme=["']?dark|\[dir=["']?rtl|\.theme-dark|\.carousel|\.ts-|\.litepicker|\.noUi|\.plyr|\.dropzone|\.fslightbox|\.jvm-|\.apexcharts|\[data-vc/;
// Icons that code names in ways the scan cannot see.
const BASE_ICONS = ['alert-circle', 'alert-octagon', 'alert-triangle', 'ban', 'bookmark', 'check', 'circle', 'circle-check', 'clock', 'file', 'hourglass', 'info-circle',
  'point', 'refresh', 'replace', 'square', 'user-check', 'arrow-back-up', 'link', 'search', 'wifi', 'wifi-off', 'x', 'circle-check-filled', 'square-filled'];

const PDF_FONTS = {
  'be-vietnam-pro': 'BeVietnamPro', 'noto-sans': 'NotoSans', 'noto-sans-jp': 'NotoSansJP', 'noto-sans-kr': 'NotoSansKR', 'noto-sans-sc': 'NotoSansSC',
  'noto-sans-tc': 'NotoSansTC', 'noto-sans-arabic': 'NotoSansArabic', 'noto-sans-thai': 'NotoSansThai',
};

function filesUnder(folder, test, found = []) {
  if (!existsSync(folder)) return found;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) filesUnder(path, test, found);
    else if (test(entry.name)) found.push(path);
  }
  return found;
}

/** Writes a file under its name with a hash of its content, and notes it in the manifest. */
function emit(name, content) {
  const hash = createHash('sha256').update(content).digest('base64url').replace(/[-_]/g, '').slice(0, 8);
  const path = `${name.slice(0, -extname(name).length)}-${hash}${extname(name)}`;
  writeUnlessSame(join(DIST, path), content);
  manifest[name] = path;
}

function writeUnlessSame(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path) && statSync(path).size === Buffer.byteLength(content) && readFileSync(path).equals(Buffer.from(content))) return;
  writeFileSync(path, content);
}

/** Leaves compressed twins beside what browsers load as text; the server sends the one that the browser takes. */
function compressTwins() {
  for (const path of Object.values(manifest)) {
    if (!/\.(js|css|svg|wasm)$/.test(path) || existsSync(join(DIST, `${path}.br`))) continue;
    const content = readFileSync(join(DIST, path));
    writeFileSync(join(DIST, `${path}.gz`), gzipSync(content, { level: 9 }));
    // The .br comes last and whole: where it is, the .gz is too.
    const draft = join(DIST, `${path}.${process.pid}.tmp`);
    writeFileSync(draft, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: content.length > 300_000 ? 9 : 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }));
    renameSync(draft, join(DIST, `${path}.br`));
  }
}

/** Copies large files only when they changed, so that a build stays quick. */
function copyIfNew(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  if (!existsSync(to) || statSync(to).size !== statSync(from).size || statSync(to).mtimeMs < statSync(from).mtimeMs) copyFileSync(from, to);
}

async function scripts() {
  const entries = readdirSync(join(ROOT, 'frontend')).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'));
  const result = await build({
    entryPoints: entries.map((name) => join(ROOT, 'frontend', name)),
    bundle: true, minify: true, write: false, format: 'esm', outdir: DIST, legalComments: 'none',
    target: ['chrome100', 'safari15', 'firefox100'], logLevel: 'warning',
  });
  for (const file of result.outputFiles) emit(basename(file.path), file.contents);
}

/** Tabler is written for light and dark; ours is light: light-dark(a, b) becomes a. Smaller, and older browsers understand it. */
function lightOnly(css) {
  let out = '';
  let from = 0;
  for (let at = css.indexOf('light-dark('); at !== -1; at = css.indexOf('light-dark(', from)) {
    let depth = 0;
    let comma = -1;
    let i = at + 10;
    for (; i < css.length; i++) {
      if (css[i] === '(') depth++;
      else if (css[i] === ')' && --depth === 0) break;
      else if (css[i] === ',' && depth === 1 && comma === -1) comma = i;
    }
    out += css.slice(from, at) + lightOnly(css.slice(at + 11, comma)).trim();
    from = i + 1;
  }
  return out + css.slice(from);
}

function fontFaces() {
  const folder = join(MODULES, '@fontsource', 'be-vietnam-pro');
  let css = '';
  // Two files per script, not four: what asks for 500 or 700 gets 600. The first view of a public page stays under 200 kB by it.
  for (const weight of [400, 600]) {
    css += readFileSync(join(folder, `${weight}.css`), 'utf8').replaceAll('font-weight: 600;', 'font-weight: 500 700;').replace(/url\(\.\/files\/([\w-]+\.woff2)\) format\('woff2'\),\s*url\([^)]*\) format\('woff'\)/g, (_, name) => {
      emit(`fonts/${name}`, readFileSync(join(folder, 'files', name)));
      return `url(./${manifest[`fonts/${name}`]}) format('woff2')`;
    });
  }
  // Of two faces that both claim a letter the later one is fetched: đ, ă, ơ and ư stand in the Vietnamese file anyway, so that it comes last.
  const faces = css.match(/@font-face\s*\{[^}]*\}/g) ?? [];
  return [...faces.filter((face) => !face.includes('-vietnamese-')), ...faces.filter((face) => face.includes('-vietnamese-'))].join('\n');
}

async function styles() {
  let tabler = lightOnly(readFileSync(join(MODULES, '@tabler', 'core', 'dist', 'css', 'tabler.min.css'), 'utf8'));
  if (!process.argv.includes('--all-css')) {
    const used = wordsOf([
      ...filesUnder(join(ROOT, 'templates'), (name) => /\.(html|svg)$/.test(name)),
      ...filesUnder(join(ROOT, 'fairs'), (name) => name.endsWith('.py')),
      ...filesUnder(join(ROOT, 'frontend'), (name) => name.endsWith('.ts')),
    ]);
    tabler = pruneCss(tabler, (name) => used.has(name) || KEEP.some((pattern) => pattern.test(name)), DROP);
  }
  const own = ['theme.css', 'lib/states.css', 'lib/components.css', 'lib/forms.css', 'lib/frame.css', 'lib/scripts.css', 'lib/gate.css', 'lib/badge.css', 'lib/printing.css', 'lib/card.css', 'lib/site.css', 'lib/deals.css', 'lib/quick.css', 'lib/sitework.css', 'lib/lodging.css', 'lib/programme.css', 'lib/timeline.css', 'lib/inbox.css', 'lib/lists.css', 'lib/cash.css', 'lib/applications.css', 'lib/banking.css', 'lib/travel.css', 'lib/visitors.css', 'lib/print.css'].map((name) => readFileSync(join(ROOT, 'frontend', name), 'utf8')).join('\n');
  const { code } = await transform(`${fontFaces()}\n${tabler}\n${own}`, { loader: 'css', minify: true, target: ['chrome111', 'safari16.4', 'firefox113'], legalComments: 'none', logLevel: 'error' });
  emit('app.css', pruneProperties(code, '--tblr-'));
}

/** Quoted names in templates, and in Python files that speak of icons, which are names of Tabler's icons. */
function icons() {
  const folder = join(MODULES, '@tabler', 'icons', 'icons');
  const outline = new Set(readdirSync(join(folder, 'outline')).map((name) => name.slice(0, -4)));
  const filled = new Set(readdirSync(join(folder, 'filled')).map((name) => `${name.slice(0, -4)}-filled`));
  const names = new Set(BASE_ICONS);
  const sources = [
    ...filesUnder(join(ROOT, 'templates'), (name) => name.endsWith('.html')),
    ...filesUnder(join(ROOT, 'fairs'), (name) => name.endsWith('.py')),
  ];
  for (const path of sources) {
    const text = readFileSync(path, 'utf8');
    if (path.endsWith('.py') && !/icon|State\b|NavItem/.test(text)) continue;
    for (const [, name] of text.matchAll(/["']([a-z0-9]+(?:-[a-z0-9]+)*)["']/g)) if (outline.has(name) || filled.has(name)) names.add(name);
    for (const [, first, second] of text.matchAll(/\bicon\(\s*["']([^"']+)["']|\bicon(?:_name)?=["']([^"']+)["']/g)) {
      const name = first ?? second;
      if (!outline.has(name) && !filled.has(name)) console.warn(`unknown icon "${name}" in ${path.slice(ROOT.length + 1)}`);
    }
  }
  let sprite = '<svg xmlns="http://www.w3.org/2000/svg">';
  for (const name of [...names].sort()) {
    const isFilled = !outline.has(name);
    const svg = readFileSync(join(folder, isFilled ? 'filled' : 'outline', `${isFilled ? name.slice(0, -7) : name}.svg`), 'utf8');
    const inner = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>')).replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, '').replace(/\s*\n\s*/g, '');
    sprite += `<symbol id="${name}" viewBox="0 0 24 24" ${isFilled ? 'fill="currentColor" stroke="none"' : 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'}>${inner}</symbol>`;
  }
  emit('icons.svg', `${sprite}</svg>`);
  return names.size;
}

function pdfFonts() {
  for (const [pkg, family] of Object.entries(PDF_FONTS)) {
    for (const [weight, word] of [['400Regular', 'Regular'], ['700Bold', 'Bold']]) {
      copyIfNew(join(MODULES, '@expo-google-fonts', pkg, weight, `${family}_${weight}.ttf`), join(DIST, 'fonts', 'pdf', `${family}-${word}.ttf`));
    }
  }
}

/** Files of earlier builds go after an hour, so that a page opened before this build still finds its own. */
function sweep() {
  const current = new Set(Object.values(manifest));
  for (const folder of ['', 'fonts/']) {
    for (const name of readdirSync(join(DIST, folder))) {
      const path = join(DIST, folder, name);
      if (/-[A-Za-z0-9]{6,8}\.(js|css|svg|wasm|woff2)(\.br|\.gz)?$/.test(name) && !current.has(folder + name.replace(/\.(br|gz)$/, '')) && Date.now() - statSync(path).mtimeMs > 3_600_000) rmSync(path);
    }
  }
}

mkdirSync(join(DIST, 'fonts'), { recursive: true });
await Promise.all([scripts(), styles()]);
const count = icons();
pdfFonts();
emit('zxing_reader.wasm', readFileSync(join(MODULES, 'zxing-wasm', 'dist', 'reader', 'zxing_reader.wasm')));
compressTwins();
const draft = join(DIST, `manifest.${process.pid}.tmp`);
writeFileSync(draft, JSON.stringify(Object.fromEntries(Object.entries(manifest).sort()), null, 1));
renameSync(draft, join(DIST, 'manifest.json'));
sweep();
const size = (name) => `${Math.round(statSync(join(DIST, manifest[name])).size / 1024)} kB`;
console.log(`Front end built in ${((performance.now() - started) / 1000).toFixed(1)} s: app.css ${size('app.css')}, app.js ${size('app.js')}, ${count} icons.`);
