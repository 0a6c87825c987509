/** A form that has not reached the server, with its photo: in the browser's database, for photos are too large for other places. */
import { openDB } from 'idb';

export interface Party { id: number; name: string; side: 'exporter' | 'importer'; country: string; flag: string }
export interface Typed {
  nonce: string; value: string; currency: string; state: string; scanned: string[]; exporter: Party | undefined; importer: Party | undefined;
  photo: Blob | null; photoName: string; waits: boolean;
}

const opened = openDB('fairs-quick', 1, { upgrade: (db) => { db.createObjectStore('drafts'); } });
opened.catch(() => { /* a private window: then it lives as long as the page */ });

export async function keepQuick(page: string, typed: Typed): Promise<void> {
  try {
    await (await opened).put('drafts', typed, page);
  } catch { /* full or forbidden */ }
}

export async function keptQuick(page: string): Promise<Typed | null> {
  try {
    return ((await (await opened).get('drafts', page)) as Typed | undefined) ?? null;
  } catch {
    return null;
  }
}

export async function dropQuick(page: string): Promise<void> {
  try {
    await (await opened).delete('drafts', page);
  } catch { /* nothing was kept */ }
}
