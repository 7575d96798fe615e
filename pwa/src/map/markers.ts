/** Markers drawn by ourselves: the outline tells the state as much as the colour does. */
import type { Map as MapLibre } from "maplibre-gl";
import type { Look } from "../kernel/counts";
import type { Palette } from "./palette";

const WIDTH = 46;
const HEIGHT = 34;
const BODY = 26; // the rest is the pointer
const RATIO = 2;

export function addMarkers(map: MapLibre, colours: Palette): void {
  for (const look of ["free", "full", "broken", "unknown"] as const) {
    for (const chosen of [false, true]) {
      const name = markerName(look, chosen);
      const image = draw(look, chosen, colours);
      if (map.hasImage(name)) map.updateImage(name, image);
      else map.addImage(name, image, { pixelRatio: RATIO });
    }
  }
}

export const markerName = (look: Look | string, chosen: boolean) => `${look}${chosen ? "-chosen" : ""}`;

function draw(look: Look, chosen: boolean, c: Palette): ImageData {
  const canvas = new OffscreenCanvas((WIDTH + 4) * RATIO, (HEIGHT + 4) * RATIO);
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("no 2d canvas");
  pen.scale(RATIO, RATIO);
  pen.translate(2, 2);
  outline(pen, look === "free" ? 13 : look === "full" ? 7 : 5);
  pen.fillStyle = look === "free" ? c.green : c.surface;
  pen.shadowColor = "rgb(0 0 0 / 35%)";
  pen.shadowBlur = 3;
  pen.shadowOffsetY = 1;
  pen.fill();
  pen.shadowColor = "transparent";
  pen.lineWidth = chosen ? 3.5 : 2;
  pen.strokeStyle = chosen ? c.ink : look === "free" ? c.surface : look === "full" ? c.amber : c.grey;
  if (look === "unknown" && !chosen) pen.setLineDash([3, 3]);
  pen.stroke();
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function outline(pen: OffscreenCanvasRenderingContext2D, corner: number): void {
  const middle = WIDTH / 2;
  pen.beginPath();
  pen.moveTo(corner, 1);
  pen.arcTo(WIDTH - 1, 1, WIDTH - 1, BODY, corner);
  pen.arcTo(WIDTH - 1, BODY, middle, BODY, corner);
  pen.lineTo(middle + 6, BODY);
  pen.lineTo(middle, HEIGHT - 1);
  pen.lineTo(middle - 6, BODY);
  pen.arcTo(1, BODY, 1, 1, corner);
  pen.arcTo(1, 1, middle, 1, corner);
  pen.closePath();
}
