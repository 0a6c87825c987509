/** The camera on the screen: its picture, what is in its way, torch and the other camera. */
import { Camera } from './camera';
import { setting } from './door';
import { element, type View } from './view';

/** The camera's part of the screen; null where there is none. */
export async function startCamera(view: View, onCode: (code: string) => void): Promise<Camera | null> {
  const words = element('camera-words');
  const start = element('start-camera');
  if (!Camera.isPossible()) {
    words.textContent = view.text('none');
    return null;
  }
  const camera = new Camera(element<HTMLVideoElement>('camera'), setting('wasm'), onCode);
  const torch = element('torch');
  const turn = element('turn-camera');
  const shown = async (begin: Promise<string | null>) => {
    const trouble = await begin;
    element('no-camera').hidden = trouble === null;
    element('frame').hidden = trouble !== null;
    start.hidden = trouble === null;
    if (trouble) words.textContent = view.text(trouble);
    torch.hidden = trouble !== null || !camera.hasTorch();
    turn.hidden = trouble !== null || !(await camera.hasSeveral());
  };
  start.addEventListener('click', () => { void shown(camera.start()); });
  turn.addEventListener('click', () => { void shown(camera.turn()); });
  torch.addEventListener('click', () => {
    const on = torch.getAttribute('aria-pressed') !== 'true';
    torch.setAttribute('aria-pressed', String(on));
    void camera.setTorch(on);
  });
  await shown(camera.start());
  return camera;
}
