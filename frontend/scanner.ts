/** The gate: camera, hand scanner and typing on one side, verdicts on the other, this device's own judgement between.
 *  Two doors lead to it: a page of staff, which judges with their session, and the application at /gate/ for enrolled devices. */
import { Clock } from './scanner/clock';
import { Conflicts } from './scanner/conflicts';
import { Supervisors } from './scanner/dialogs';
import { Door, isDevice, page, setting } from './scanner/door';
import { Engine } from './scanner/engine';
import { enrolFrom, type Enrolment } from './scanner/enrol';
import { startCamera } from './scanner/lens';
import { Menu } from './scanner/menu';
import { Place } from './scanner/place';
import { PATIENCE, Scans } from './scanner/scans';
import { Sender } from './scanner/sender';
import { browserName, Store, type Enrolled, type Method, type Way } from './scanner/store';
import { stayAwake, Tools } from './scanner/tools';
import { Upkeep } from './scanner/upkeep';
import { element, View } from './scanner/view';
import { listenToKeys } from './scanner/wedge';

async function start(): Promise<void> {
  const view = new View(page);
  const store = await Store.open();
  const known: Enrolment = isDevice ? await enrolFrom(store, view, (onCode) => startCamera(view, onCode)) : { enrolled: await store.thing<Enrolled>('device'), isCleared: false };
  const clock = new Clock('fairs-clock');
  const door = new Door(isDevice ? known.enrolled : null);
  const sender = new Sender(
    store, clock, { csrf: setting('csrf'), device: isDevice ? (known.enrolled?.device ?? '') : browserName(), enrolled: known.enrolled },
    (answer) => scans.answered(answer), () => { void upkeep.report(); },
  );
  const engine = new Engine(store, clock);
  const supervisors = new Supervisors(view, store, () => engine.bundle?.header.supervisors ?? []);
  const tools = new Tools();
  const upkeep: Upkeep = new Upkeep(engine, view, sender, door, known.isCleared, () => place.named());
  const place = new Place(engine, door, upkeep);
  const scans: Scans = new Scans(engine, view, sender, supervisors, tools, upkeep);

  engine.place = { url: door.address('send'), gate: setting('gate'), way: (setting('firstWay') || 'in') as Way };
  await upkeep.openBundle();
  const menu = new Menu({
    engine, view, sender, supervisors, people: () => door.address('people'), latest: () => scans.latest,
    conflicts: isDevice ? new Conflicts(view, sender, supervisors, () => door.address('conflicts'), () => { void upkeep.refresh(); }) : null,
    done: (words) => { view.troubles([]); element('spoken').textContent = words; scans.flash(words); }, failed: () => scans.notKept(),
  });
  if (isDevice) await place.choose();
  await upkeep.start(PATIENCE);
  stayAwake();
  const scan = async (code: string, method: Method): Promise<void> => {
    if (menu.taker) tools.play((await menu.taker(code)) ? 'good' : 'bad');
    else await scans.scan(code, method);
  };
  listenToKeys(element<HTMLInputElement>('code'), element<HTMLFormElement>('typed'), (code, method) => { void scan(code, method); });
  await engine.warm();
  page.dataset['ready'] = 'yes';
  if (setting('open') !== 'no') await startCamera(view, (code) => { void scan(code, 'camera'); });
}

void start();
