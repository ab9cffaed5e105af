// Files to take away, and the brief, which is made in the background.

import { plain, write } from "./dom.js";
import { words, wrong } from "./parts.js";
import { pace, Watcher } from "./watcher.js";

export function mount(root, state, ask) {
  const at = (id) => root.querySelector(`#${id}`);
  const watcher = new Watcher("brief", ask, told, () => !root.hidden);

  at("downloads-list").addEventListener("click", async (event) => {
    const what = event.target.closest("[data-what]")?.dataset.what;
    if (!what) return;
    at("downloads-wrong").replaceChildren();
    try {
      const file = await ask("/api/download", { what });
      if (file) hand(file);
    } catch (error) {
      at("downloads-wrong").replaceChildren(wrong(error));
    }
  });

  function hand(file) {
    const address = URL.createObjectURL(new Blob([file.text], { type: file.kind }));
    const link = document.createElement("a");
    link.href = address;
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000); // browsers read it after this
    write(at("downloads-state"), `${file.name} was handed to the browser.`);
  }

  at("brief-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    at("brief-wrong").replaceChildren();
    at("brief-start").disabled = true;
    try {
      await watcher.start({ draws: Number(at("brief-draws").value), seed: Number(at("brief-seed").value) });
    } catch (error) {
      at("brief-wrong").replaceChildren(wrong(error));
      at("brief-start").disabled = false;
    }
  });
  at("brief-stop").addEventListener("click", async () => {
    try {
      await watcher.stop();
    } catch (error) {
      at("brief-wrong").replaceChildren(wrong(error));
    }
  });

  function told(view) {
    const running = view.state === "running";
    at("brief-start").disabled = running;
    at("brief-stop").hidden = !running;
    at("brief-link").hidden = view.state !== "done";
    const counted = running && view.draws ? `${pace(view)}. ` : "";
    const states = { running: `${counted}Now: ${view.stage}.`, done: "The brief is ready.", stopped: "Stopped.", failed: "The brief could not be made." };
    write(at("brief-state"), states[view.state] ?? "");
    at("brief-wrong").replaceChildren(...(view.problems ?? []).map((problem) => wrong(new Error([problem.message, problem.remedy].filter(Boolean).join("; ")))));
    if (view.state === "done") {
      const held = Object.entries(view.settings).map(([name, value]) => `${words(name)} = ${plain(value)}`);
      write(at("brief-of"), `${view.draws.toLocaleString("en")} draws, seed ${view.seed}; ${held.length ? held.join(", ") : "as in the file"}`);
    }
  }

  const look = () => void watcher.again();
  look();
  return { shown: look };
}
