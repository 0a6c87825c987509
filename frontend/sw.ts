/** Service worker of the phone pages (/i/<token>, /v/<token>, /drive/<token>): the page that was opened last works without a network.
    It keeps exactly such pages and the files they show, nothing else of this site, and forgets a page when the server
    says so (badge revoked, registration withdrawn) or when the fair is over. */
type Extendable = Event & { waitUntil(work: Promise<unknown>): void };
type FetchLike = Extendable & { request: Request; respondWith(answer: Promise<Response>): void };
type Scope = typeof globalThis & {
  addEventListener(type: string, listener: (event: never) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  registration: { scope: string };
};
const worker = self as unknown as Scope;

const PAGES = 'fairs-card-pages-1';
const FILES = 'fairs-card-files-1';
const PAGE = /^\/(?:[iv]|drive)\/[A-Za-z0-9_-]{20,64}(?:\/sign\/\d+)?$/;
const FILE = /^\/static\//;
const HEADER = 'X-Fairs-Offline';
const DAYS_AFTER = 2;

const here = (address: string): URL | null => {
  const url = new URL(address, worker.registration.scope);
  return url.origin === new URL(worker.registration.scope).origin ? url : null;
};

function isOver(answer: Response): boolean {
  const last = /^until=(\d{4}-\d{2}-\d{2})$/.exec(answer.headers.get(HEADER) ?? '')?.[1];
  return last === undefined || Date.now() > Date.parse(last) + (DAYS_AFTER + 1) * 86_400_000;
}

/** Keeps or forgets a page by what the server says of it now. */
async function judge(path: string, answer: Response): Promise<void> {
  const pages = await caches.open(PAGES);
  if (answer.ok && !isOver(answer)) await pages.put(path, answer);
  else if (answer.status < 500) await pages.delete(path);
}

async function page(request: Request, path: string, event: Extendable): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (!answer.redirected) event.waitUntil(judge(path, answer.clone()));
    return answer;
  } catch (error) {
    const kept = await (await caches.open(PAGES)).match(path);
    if (kept) return kept;
    throw error;
  }
}

/** Built files carry a hash in their name: one that is kept is right for ever. */
async function file(request: Request): Promise<Response> {
  const files = await caches.open(FILES);
  const kept = await files.match(request.url);
  return kept ?? fetch(request);
}

async function sweep(): Promise<void> {
  const pages = await caches.open(PAGES);
  for (const request of await pages.keys()) {
    const answer = await pages.match(request);
    if (answer && isOver(answer)) await pages.delete(request);
  }
}

/** The page that asks is kept with the files that it shows. */
async function keep(path: string, addresses: string[]): Promise<boolean> {
  const answer = await fetch(path, { credentials: 'same-origin' });
  await judge(path, answer);
  const kept = await (await caches.open(PAGES)).match(path);
  if (!kept) return false;
  const files = await caches.open(FILES);
  const wanted = new Set(addresses.map(here).filter((url): url is URL => url !== null && FILE.test(url.pathname)).map((url) => url.origin + url.pathname));
  await Promise.all([...wanted].map(async (address) => {
    if (!(await files.match(address))) await files.add(address);
  }));
  return true;
}

worker.addEventListener('install', ((event: Extendable) => event.waitUntil(worker.skipWaiting())) as (event: never) => void);
worker.addEventListener('activate', ((event: Extendable) => event.waitUntil(Promise.all([worker.clients.claim(), sweep()]))) as (event: never) => void);

worker.addEventListener('fetch', ((event: FetchLike) => {
  const { request } = event;
  const url = here(request.url);
  if (request.method !== 'GET' || url === null) return;
  if (request.mode === 'navigate' && PAGE.test(url.pathname)) event.respondWith(page(request, url.pathname, event));
  else if (FILE.test(url.pathname)) event.respondWith(file(request));
}) as (event: never) => void);

worker.addEventListener('message', ((event: MessageEvent<{ keep?: string; files?: string[] }> & Extendable) => {
  const { keep: path, files } = event.data;
  if (!path || !PAGE.test(path)) return;
  event.waitUntil(keep(path, files ?? []).then((saved) => event.ports[0]?.postMessage({ saved }), () => event.ports[0]?.postMessage({ saved: false })));
}) as (event: never) => void);
