/** The phone page with the badge: kept for offline use, the code on the whole screen, the screen kept awake meanwhile. */
const PAGE = /^(\/(?:[iv]|drive)\/)[A-Za-z0-9_-]{20,64}(?:\/sign\/\d+)?$/;

function shownFiles(): string[] {
  const loaded = performance.getEntriesByType('resource').map((entry) => entry.name);
  const linked = [...document.querySelectorAll<HTMLElement>('link[rel="stylesheet"], link[rel="icon"], link[rel="preload"], script[src], img[src]')]
    .map((element) => (element as HTMLLinkElement).href || (element as HTMLImageElement).src);
  const icons = [...document.querySelectorAll('svg use')].map((use) => use.getAttribute('href') ?? '').filter(Boolean).map((address) => new URL(address, location.href).href);
  return [...loaded, ...linked, ...icons].map((address) => address.split('#')[0] ?? '').filter((address) => address.startsWith(location.origin));
}

async function keepOffline(): Promise<void> {
  const scope = PAGE.exec(location.pathname)?.[1];
  if (!scope || !('serviceWorker' in navigator)) return;
  await navigator.serviceWorker.register('/sw.js', { scope });
  const registration = await navigator.serviceWorker.ready;
  if (!(await reached)) {
    // Shown from what was kept.
    tellSaved();
    return;
  }
  const channel = new MessageChannel();
  channel.port1.onmessage = (event: MessageEvent<{ saved: boolean }>) => { if (event.data.saved) tellSaved(); };
  registration.active?.postMessage({ keep: location.pathname, files: shownFiles() }, [channel.port2]);
}

function tellSaved(): void {
  document.documentElement.dataset['offlineReady'] = 'true';
  const words = document.querySelector<HTMLElement>('[data-saved]');
  if (words) words.hidden = false;
}

/** Whether the server can be reached: a telephone calls itself online in every hall whose network leads nowhere. */
async function isReached(): Promise<boolean> {
  if (!navigator.onLine) return false;
  return fetch('/healthz', { method: 'HEAD', cache: 'no-store' }).then(() => true, () => false);
}

async function startNetworkBand(): Promise<boolean> {
  const band = document.querySelector<HTMLElement>('[data-offline-band]');
  let timer = 0;
  const show = async (): Promise<boolean> => {
    window.clearTimeout(timer);
    const here = await isReached();
    if (band) band.hidden = here;
    // What needs the server says so by being out of reach.
    for (const action of document.querySelectorAll<HTMLElement>('.languages a, [data-needs-network]')) action.toggleAttribute('inert', !here);
    if (!here) timer = window.setTimeout(() => { void show(); }, 3000);
    return here;
  };
  window.addEventListener('online', () => { void show(); });
  window.addEventListener('offline', () => { void show(); });
  return show();
}

interface Lock { release(): Promise<void> }

function startBigCode(): void {
  const opener = document.querySelector<HTMLElement>('[data-show-code]');
  const screen = document.querySelector<HTMLDialogElement>('[data-code-screen]');
  if (!opener || !screen) return;
  let lock: Lock | null = null;
  opener.addEventListener('click', () => {
    screen.showModal();
    const wake = (navigator as unknown as { wakeLock?: { request(kind: 'screen'): Promise<Lock> } }).wakeLock;
    wake?.request('screen').then((granted) => { lock = granted; }, () => { /* battery saver: the screen may dim */ });
  });
  screen.addEventListener('close', () => {
    void lock?.release();
    lock = null;
  });
}

const reached = startNetworkBand();
startBigCode();
keepOffline().catch(() => { /* private mode: the page works with a network only */ });
