/** Where a report is made from: asked of the device once, at the tap that sends it, and not kept by the finder. */

export interface Fix {
  lat: number;
  lon: number;
  accuracyM: number;
}

/** As exactly as the device can; at most half a minute old, unless `anew`: the last one did not do. */
export function fix({ anew = false } = {}): Promise<Fix | "denied" | "failed"> {
  if (!("geolocation" in navigator)) return Promise.resolve("failed");
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lat: coords.latitude, lon: coords.longitude, accuracyM: Math.round(coords.accuracy) }),
      (error) => resolve(error.code === error.PERMISSION_DENIED ? "denied" : "failed"),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: anew ? 0 : 30_000 },
    );
  });
}
