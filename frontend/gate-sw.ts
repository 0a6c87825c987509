/** Service worker of the gate at /gate/: the application and the files it needs, so that it starts without a network. Scans, the
    bundle and the token are no business of this worker; they lie in the page's own database. The server writes SHELL before it. */
type Extendable = Event & { waitUntil(work: Promise<unknown>): void };
type FetchLike = Extendable & { request: Request; respondWith(answer: Promise<Response>): void };
type Scope = typeof globalThis & {
  SHELL: { version: string; files: string[] };
  addEventListener(type: string, listener: (event: never) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  registration: { scope: string };
};
const worker = self as unknown as Scope;
const SHELL_PAGE = '/gate/';
const CACHE = `fairs-gate-${worker.SHELL.version}`;

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([SHELL_PAGE, ...worker.SHELL.files].map((address) => new Request(address, { cache: address === SHELL_PAGE ? 'no-store' : 'default', credentials: 'same-origin' })));
  await worker.skipWaiting();
}

/** Earlier versions go only when this one is whole, so that there is always one that starts. */
async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith('fairs-gate-') && name !== CACHE) await caches.delete(name);
  await worker.clients.claim();
}

/** The page that is kept is shown at once; a newer one (another language, another version) is fetched behind it. */
async function page(event: FetchLike): Promise<Response> {
  const cache = await caches.open(CACHE);
  const newer = fetch(event.request).then(async (answer) => {
    if (answer.ok && !answer.redirected) await cache.put(SHELL_PAGE, answer.clone());
    return answer;
  });
  const kept = await cache.match(SHELL_PAGE);
  if (!kept || new URL(event.request.url).searchParams.has('lang')) return newer.catch(() => kept ?? Response.error());
  event.waitUntil(newer.catch(() => undefined));
  return kept;
}

worker.addEventListener('install', ((event: Extendable) => event.waitUntil(install())) as (event: never) => void);
worker.addEventListener('activate', ((event: Extendable) => event.waitUntil(activate())) as (event: never) => void);
worker.addEventListener('fetch', ((event: FetchLike) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== new URL(worker.registration.scope).origin) return;
  if (request.mode === 'navigate' && url.pathname === SHELL_PAGE) event.respondWith(page(event));
  else if (worker.SHELL.files.includes(url.pathname)) event.respondWith(caches.open(CACHE).then(async (cache) => (await cache.match(request.url)) ?? fetch(request)));
}) as (event: never) => void);
