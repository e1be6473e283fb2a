// What pages gain with JavaScript. Everything works without: this file only adds.
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // Theme: the system's until switched; remembered on this device.
  const stored = (() => { try { return localStorage.getItem("theme"); } catch { return null; } })();
  if (stored === "light" || stored === "dark") root.dataset.theme = stored;
  const isDark = () => root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;

  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-theme-switch],[data-live-switch],.copy");
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    if (!target) return;
    if (target.matches("[data-theme-switch]")) {
      root.dataset.theme = isDark() ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch { /* private window */ }
    } else if (target.matches("[data-live-switch]")) {
      paused = !paused;
      showLive();
    } else {
      copy(target);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  // Live parts ask for themselves again, unless paused, out of sight, or being read inside.
  let paused = false;
  const showLive = () => document.querySelectorAll("[data-live-switch]").forEach((button) => {
    button.setAttribute("aria-pressed", String(!paused));
  });
  const refresh = () => {
    if (paused || document.hidden) return;
    document.querySelectorAll("[data-refresh]").forEach((part) => {
      const busy = part.contains(document.activeElement) || part.querySelector("details[open]");
      if (!busy) part.dispatchEvent(new CustomEvent("refresh"));
    });
  };
  setInterval(refresh, 10_000);

  // A plan in the making: the server says that something has changed, and the page asks for that
  // part. Where no word comes, it asks now and then.
  let stream, told = {}, heard = Date.now(), pending;
  const update = () => {
    pending = undefined;
    const run = document.querySelector("#run[data-live]");
    if (!run || document.hidden) return;
    if (told.state && told.state !== run.dataset.state) run.dispatchEvent(new CustomEvent("changed"));
    else document.querySelector("#live").dispatchEvent(new CustomEvent("moved"));
  };
  const hear = (event) => {
    heard = Date.now();
    if (event.type === "beat") return;
    const run = document.querySelector("#run[data-live]");
    const next = JSON.parse(event.data);
    if (!run || next.revision <= (told.revision ?? Number(run.dataset.revision))) return;
    told = next;
    pending ??= setTimeout(update, 1200);
  };
  const follow = () => {
    const run = document.querySelector("#run[data-live]");
    if (!run) { stream?.close(); stream = undefined; return; }
    if (stream || !window.EventSource) return;
    stream = new EventSource(run.dataset.live);
    for (const name of ["status", "beat"]) stream.addEventListener(name, hear);
    stream.addEventListener("end", (event) => { hear(event); stream.close(); });
  };
  setInterval(() => {
    const run = document.querySelector("#run[data-live]");
    if (!run || document.hidden || Date.now() - heard < 30_000) return;
    if (stream?.readyState === 2) stream = undefined;
    if (!run.querySelector("#actions details[open]")) run.dispatchEvent(new CustomEvent("changed"));
    follow();
  }, 5_000);
  document.addEventListener("visibilitychange", update);

  // What is typed outlives a login.
  const keepDraft = (form) => {
    const field = form.querySelector(`#${form.dataset.draft}`);
    const key = `draft ${form.dataset.draft}`;
    const remembered = (() => { try { return sessionStorage.getItem(key); } catch { return null; } })();
    if (remembered && !field.value.trim()) {
      field.value = remembered;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    field.addEventListener("input", () => { try { sessionStorage.setItem(key, field.value); } catch { /* private window */ } });
  };

  const copy = async (button) => {
    const text = button.parentElement.querySelector("code").textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(button.parentElement.querySelector("code"));
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  };
  const addCopyButtons = () => document.querySelectorAll("[data-copy]:not([data-ready])").forEach((block) => {
    block.dataset.ready = "";
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.live = "";
    button.className = "button quiet copy";
    button.textContent = "Copy";
    button.setAttribute("aria-live", "polite");
    block.append(button);
  });

  // Upload: progress, a size check before sending, files dropped on the field.
  const enhanceUpload = (form) => {
    const file = form.querySelector("input[type=file]");
    const meter = form.querySelector("[data-upload-progress]");
    const error = form.querySelector("[data-upload-error]");
    const send = form.querySelector("button[type=submit]");
    const fail = (text) => {
      error.textContent = text;
      error.hidden = false;
      meter.hidden = true;
      send.disabled = false;
    };
    const zone = file.closest(".drop");
    for (const name of ["dragover", "dragleave", "drop"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.toggle("over", name === "dragover");
        if (name === "drop" && event.dataTransfer.files.length) file.files = event.dataTransfer.files;
      });
    }
    form.addEventListener("submit", (event) => {
      const chosen = file.files[0];
      if (!chosen) return;
      event.preventDefault();
      error.hidden = true;
      if (chosen.size > Number(form.dataset.maxBytes)) {
        fail("This file is larger than the limit. Leave out what is not the plan's own, such as other zips.");
        return;
      }
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.upload.addEventListener("progress", (p) => {
        if (!p.lengthComputable) return;
        const percent = Math.round(100 * p.loaded / p.total);
        meter.querySelector("progress").value = percent;
        meter.querySelector("output").textContent = percent < 100 ? `${percent} %` : "Reading the plan…";
      });
      request.addEventListener("error", () => fail("The connection broke. Nothing was stored; submit again."));
      request.addEventListener("load", () => {
        const moved = request.responseURL && new URL(request.responseURL).pathname !== new URL(form.action).pathname;
        if (request.status < 400 && moved) {
          location.assign(request.responseURL);
          return;
        }
        const page = new DOMParser().parseFromString(request.responseText, "text/html");
        const main = page.querySelector("main");
        if (!main) {
          fail(`The service answered ${request.status}. Nothing was stored; submit again.`);
          return;
        }
        document.querySelector("main").replaceWith(main);
        ready();
      });
      send.disabled = true;
      meter.hidden = false;
      request.send(new FormData(form));
    });
  };

  // Audit: 1 to 9 choose a level, Enter records it.
  document.addEventListener("keydown", (event) => {
    const form = document.querySelector("form[data-keys]");
    if (!form || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("textarea,select,input:not([type=radio]),a,button,summary")) return;
    const choice = form.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (choice) {
      choice.checked = true;
      choice.focus();
    } else if (event.key === "Enter" && form.querySelector("[data-key]:checked")) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  const ready = () => {
    addCopyButtons();
    showLive();
    document.querySelectorAll("form[data-upload]:not([data-ready])").forEach((form) => {
      form.dataset.ready = "";
      enhanceUpload(form);
    });
    document.querySelectorAll("form[data-draft]").forEach(keepDraft);
    if (document.querySelector("#run")) { try { sessionStorage.removeItem("draft prompt"); } catch { /* private window */ } }
    follow();
    document.querySelector("[data-focus]")?.focus();
  };
  document.addEventListener("DOMContentLoaded", ready);
  document.addEventListener("htmx:after:swap", () => { addCopyButtons(); showLive(); follow(); });
})();
