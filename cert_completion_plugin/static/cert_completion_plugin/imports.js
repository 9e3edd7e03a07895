/* Makes the plugin's pages more comfortable. Every page works without it; nothing here is needed to use one. */
(() => {
  "use strict";

  /* The summary of a form's errors takes focus, also where a browser knows `autofocus` of form fields only. */
  const errors = document.querySelector("[data-ccp-errors]");
  if (errors) errors.focus();

  /* A form is sent once, however often its button is pressed; coming back to the page by "back" frees it again. */
  for (const form of document.querySelectorAll("form[data-ccp-once]")) {
    const buttons = form.querySelectorAll("button[type=submit]");
    const mark = (isSent) => {
      form.dataset.ccpSent = isSent ? "yes" : "";
      for (const button of buttons) button.setAttribute("aria-disabled", String(isSent));
    };
    form.addEventListener("submit", (event) => (form.dataset.ccpSent ? event.preventDefault() : mark(true)));
    window.addEventListener("pageshow", () => mark(false));
  }

  for (const zone of document.querySelectorAll("[data-ccp-drop]")) makeDropZone(zone);
  for (const status of document.querySelectorAll("[data-ccp-progress]")) follow(status);

  /* The whole field of the file takes a dropped file, as the input in it does. */
  function makeDropZone(zone) {
    const input = zone.querySelector("input[type=file]");
    const hint = zone.querySelector("[data-ccp-drop-hint]");
    let depth = 0;
    const over = (by) => {
      depth = by === 0 ? 0 : Math.max(0, depth + by);
      zone.classList.toggle("ccp-over", depth > 0);
    };
    hint.hidden = false;
    zone.addEventListener("dragenter", (event) => { event.preventDefault(); over(1); });
    zone.addEventListener("dragover", (event) => event.preventDefault());
    zone.addEventListener("dragleave", () => over(-1));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      over(0);
      if (!event.dataTransfer.files.length) return;
      const one = new DataTransfer();
      one.items.add(event.dataTransfer.files[0]);
      input.files = one.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      input.focus();
    });
    input.addEventListener("change", () => lookAt(zone, input.files[0]));
  }

  /* What can be said of a file before it is sent: that it is too large, for the site or for the server in front of it,
     or that it was uploaded before. */
  async function lookAt(zone, file) {
    const told = zone.querySelector("[data-ccp-told]");
    told.textContent = "";
    if (!file) return;
    if (file.size > Number(zone.dataset.ccpMaxBytes)) {
      tell(told, zone.dataset.ccpTooLarge);
      return;
    }
    if (zone.dataset.ccpMostSent && file.size > Number(zone.dataset.ccpMostSent)) {
      tell(told, zone.dataset.ccpNotSent);
      return;
    }
    if (!window.crypto || !window.crypto.subtle) return;
    try {
      const hash = await window.crypto.subtle.digest("SHA-256", await file.arrayBuffer());
      const digits = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
      const answer = await fetch(`${zone.dataset.ccpKnown}?sha256=${digits}`, { headers: { Accept: "application/json" } });
      const known = answer.ok ? await answer.json() : {};
      if (known.text && zone.querySelector("input[type=file]").files[0] === file) tell(told, known.text, known);
    } catch {
      /* It is said on the import's page. */
    }
  }

  function tell(place, text, link) {
    const paragraph = document.createElement("p");
    paragraph.className = "ccp-warning";
    paragraph.append(text);
    if (link && link.url) {
      const anchor = document.createElement("a");
      anchor.href = link.url;
      anchor.textContent = link.link;
      paragraph.append(" ", anchor);
    }
    place.replaceChildren(paragraph);
  }

  /* The progress page keeps itself up to date: what is seen always, what is read aloud only now and then. */
  function follow(status) {
    const aloud = document.querySelector("[data-ccp-aloud]");
    const show = (name, text) => {
      for (const place of status.querySelectorAll(`[data-ccp-show="${name}"]`)) {
        if (place.textContent !== text) place.textContent = text;
        place.hidden = !text;
      }
    };
    const markStep = (name, mark) => {
      const step = status.querySelector(`[data-ccp-step="${name}"]`);
      step.dataset.step = mark;
      if (mark === "now") step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    };
    let pause = 2000;
    const look = async () => {
      try {
        const answer = await fetch(status.dataset.ccpProgress, { headers: { Accept: "application/json" } });
        if (answer.redirected || answer.status === 403) return location.reload();
        if (!answer.ok) throw new Error(String(answer.status));
        const now = await answer.json();
        if (now.page !== status.dataset.ccpPage) return location.reload();
        for (const [name, text] of Object.entries(now.texts)) show(name, text);
        for (const [name, mark] of Object.entries(now.marks || {})) markStep(name, mark);
        const bar = status.querySelector("progress");
        bar.hidden = now.percent === null;
        if (now.percent !== null) bar.value = now.percent;
        if (aloud && aloud.textContent !== now.aloud) aloud.textContent = now.aloud;
        pause = 2000;
      } catch {
        pause = Math.min(pause * 2, 30000);
      }
      setTimeout(look, pause);
    };
    setTimeout(look, pause);
  }
})();
