export function MapView(_: { shown: boolean; split: boolean }) {
  return null;
}
