// What the report gains with JavaScript. Everything is there without: this only adds.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // The table of contents is open on wide screens, where it stands beside the text.
  const contents = document.querySelector(".toc details");
  const wide = matchMedia("(min-width:62.01rem)");
  const fitContents = () => { if (contents) contents.open = wide.matches; };
  wide.addEventListener("change", fitContents);
  fitContents();
  contents?.addEventListener("click", (event) => {
    if (!wide.matches && event.target.closest("a")) contents.open = false;
  });

  // Marks the section that is being read.
  const entries = new Map(all(".toc a").map((link) => [link.getAttribute("href").slice(1), link]));
  const seen = new Set();
  const reading = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) seen[isIntersecting ? "add" : "delete"](target);
    const first = all("main section").find((section) => seen.has(section));
    for (const [id, link] of entries) {
      if (id === first?.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-10% 0px -60% 0px" });
  all("main section").forEach((section) => reading.observe(section));

  // Paper shows what is closed on the screen, but for what only repeats at length; afterwards the
  // screen is as it was.
  let opened = [];
  const openAll = () => {
    opened = all("main details:not([open],.appendix)");
    opened.forEach((part) => { part.open = true; });
  };
  addEventListener("beforeprint", openAll);
  addEventListener("afterprint", () => opened.splice(0).forEach((part) => { part.open = false; }));
  document.querySelector("[data-print]")?.addEventListener("click", () => print());

  all("[data-gantt]").forEach(gantt);

  function gantt(figure) {
    const plot = figure.querySelector("[data-plot]");
    const detail = figure.querySelector("[data-detail]");
    const tasks = all(".row.task", plot);
    const byNumber = new Map(tasks.map((row) => [row.dataset.n, row]));
    const before = (row) => row.dataset.after.split(" ").map((n) => byNumber.get(n)).filter(Boolean);
    const after = (row) => tasks.filter((other) => other.dataset.after.split(" ").includes(row.dataset.n));

    const svg = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
    const links = svg("svg");
    links.setAttribute("class", "links");
    links.setAttribute("aria-hidden", "true");
    plot.append(links);

    // Zoom widens the drawing; text keeps its size.
    let zoom = 1;
    const buttons = all("[data-zoom]", figure).filter((element) => element !== plot);
    const setZoom = (level) => {
      zoom = Math.min(4, Math.max(1, level));
      plot.dataset.zoom = String(zoom);
      for (const button of buttons) button.disabled = zoom === (button.dataset.zoom === "1" ? 4 : 1);
      show(null);
    };
    buttons.forEach((button) => button.addEventListener("click", () => setZoom(zoom + Number(button.dataset.zoom))));

    const folds = all(".fold", plot);
    const listOf = (fold) => fold.closest("li").querySelector("ol");
    const setFold = (fold, isOpen) => {
      fold.setAttribute("aria-expanded", String(isOpen));
      listOf(fold).hidden = !isOpen;
    };
    folds.forEach((fold) => fold.addEventListener("click", () => {
      setFold(fold, fold.getAttribute("aria-expanded") !== "true");
      show(null);
    }));
    const foldAll = figure.querySelector("[data-fold-all]");
    foldAll.addEventListener("click", () => {
      const only = foldAll.getAttribute("aria-pressed") !== "true";
      foldAll.setAttribute("aria-pressed", String(only));
      folds.forEach((fold) => setFold(fold, !only));
      show(null);
    });

    // Details of the task under the pointer or the keyboard, and what it is tied to.
    function show(row) {
      links.replaceChildren();
      tasks.forEach((other) => other.classList.remove("near"));
      if (!row) return;
      detail.textContent = row.querySelector("title").textContent;
      for (const first of before(row)) connect(first, row);
      for (const then of after(row)) connect(row, then);
    }
    function connect(first, then) {
      if (first.offsetParent === null || then.offsetParent === null) return;
      const box = plot.getBoundingClientRect();
      const a = first.querySelector(".bar").getBoundingClientRect();
      const b = then.querySelector(".bar").getBoundingClientRect();
      const from = [a.right - box.left, a.top + a.height / 2 - box.top];
      const to = [b.left - box.left, b.top + b.height / 2 - box.top];
      const turn = Math.max(from[0] + 5, to[0] - 7);
      const path = svg("path");
      path.setAttribute("d", `M${from}H${turn}V${to[1]}H${to[0]}m-5,-3.5l5,3.5l-5,3.5`);
      links.append(path);
      for (const row of [first, then]) row.classList.add("near");
    }
    for (const type of ["pointerover", "focusin"]) {
      plot.addEventListener(type, (event) => show(event.target.closest(".row.task")));
    }
    plot.addEventListener("pointerleave", () => show(null));

    // Up and down move between the tasks that are shown.
    plot.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || !event.target.closest(".row")) return;
      const stops = all(".fold,.row.task a", plot).filter((stop) => stop.offsetParent !== null);
      const next = stops[stops.indexOf(event.target) + step];
      if (!next) return;
      event.preventDefault();
      next.focus();
    });
    setZoom(1);
  }
})();
