/** A photo for a report: drawn anew and smaller on the phone, which leaves behind what a camera adds to it. */
import { ApiError } from "../api/client";
import { language, t } from "../i18n";
import { fitted } from "../kernel/report";
import { accessToken } from "./session";

const LONGEST_PX = 2048;
const QUALITY = 0.85;
const TIMEOUT_MS = 60_000;

/** A JPEG of at most 2048 pixels a side; null where the picture cannot be opened. */
export async function shrunk(file: Blob): Promise<Blob | null> {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const [width, height] = fitted(picture.width, picture.height, LONGEST_PX);
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    canvas.getContext("2d")?.drawImage(picture, 0, 0, width, height);
    picture.close();
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  } catch {
    return null;
  }
}

interface Answer {
  photo?: string;
  code?: string;
  zh?: string;
  en?: string;
}

/** Its name at the gateway, to be used in one report. `frame`: of the reported plate. Raises ApiError. */
export async function sendPhoto(photo: Blob, frame: string | null): Promise<string> {
  try {
    return await post(photo, frame, await accessToken());
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "SIGN_IN") throw error;
    return post(photo, frame, await accessToken({ fresh: true }));
  }
}

async function post(photo: Blob, frame: string | null, token: string): Promise<string> {
  let status: number;
  let told: Answer;
  try {
    const answer = await fetch("/reports/photos", {
      method: "POST",
      headers: {
        "Content-Type": "image/jpeg",
        Authorization: `Bearer ${token}`,
        ...(frame ? { "Finder-Plate-Frame": frame } : {}),
      },
      body: photo,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    status = answer.status;
    told = (await answer.json()) as Answer;
  } catch (error) {
    if (error instanceof SyntaxError) throw new ApiError("SERVER", t().errors.SERVER, true);
    throw new ApiError("OFFLINE", t().errors.OFFLINE, true);
  }
  if (told.photo) return told.photo;
  const text = (language.value === "en" ? told.en : told.zh) ?? t().errors.SERVER;
  throw new ApiError(told.code ?? "SERVER", text, status === 429 || status >= 500);
}
