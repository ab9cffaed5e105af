// What is read out: one text at a time, a newer one in place of an older one that has not been said yet.

import { write } from "./dom.js";

let timer = 0;

/** Says something now. */
export function say(text) {
  clearTimeout(timer);
  write(document.getElementById("live"), text);
}

/** Says something unless something else is to be said within `delay` ms. */
export function sayLater(text, delay) {
  clearTimeout(timer);
  timer = setTimeout(say, delay, text);
}
