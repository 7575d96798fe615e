/** Language, large type, and what the data is. */
import { language, t, useLanguage } from "../i18n";
import { Sheet } from "../parts/Sheet";
import { Toggle } from "../parts/Toggle";
import { go } from "../state/route";
import { elder, keepLanguage } from "../state/settings";
import type { Language } from "../state/url";
import { closePanel } from "./panels";

const LANGUAGES: [Language, string][] = [
  ["zh-CN", "中文"],
  ["en", "English"],
];

export async function chooseLanguage(chosen: Language): Promise<void> {
  await useLanguage(chosen);
  keepLanguage(chosen);
  go({ language: chosen === "zh-CN" ? null : chosen }, { replace: true });
}

export function SettingsSheet() {
  const m = t();
  return (
    <Sheet title={m.settings} onClose={closePanel}>
      <fieldset class="group">
        <legend>{m.language}</legend>
        <div class="wrap">
          {LANGUAGES.map(([code, name]) => (
            <button
              type="button"
              key={code}
              lang={code}
              class="chip"
              aria-pressed={language.value === code}
              onClick={() => void chooseLanguage(code)}
            >
              {name}
            </button>
          ))}
        </div>
      </fieldset>
      <fieldset class="group">
        <legend>{m.elder}</legend>
        <div class="wrap">
          <Toggle
            on={elder.value}
            onToggle={() => {
              elder.value = !elder.value;
            }}
          >
            {m.elderHint}
          </Toggle>
        </div>
      </fieldset>
      <h3 class="group-title">{m.about}</h3>
      <p class="hint">{m.aboutText}</p>
      <p class="hint">
        {m.places}: GeoNames, CC BY 4.0. {m.map}: Natural Earth.
      </p>
    </Sheet>
  );
}
