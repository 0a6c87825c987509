/** Whether the browser keeps what is stored here, and how much of it is left. */

export interface StorageFacts { persisted: boolean; full: number; free_mb: number }

export async function storageFacts(): Promise<StorageFacts | null> {
  try {
    const [persisted, { usage = 0, quota = 0 }] = await Promise.all([navigator.storage.persisted(), navigator.storage.estimate()]);
    return { persisted, full: quota ? Math.round((usage / quota) * 100) / 100 : 0, free_mb: Math.round((quota - usage) / 1_000_000) };
  } catch {
    return null;
  }
}

/** Asks that nothing is thrown away when the device runs low; browsers may refuse. */
export async function askToPersist(): Promise<boolean> {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    return false;
  }
}
