// The keys of a grid: one tab stop, arrows from cell to cell, Enter into a cell's control and Escape out of it.

const GRID_PAGE = 10;

/** Makes an element with `role=row` and cell children a grid for the keyboard. Returns { reset() } for when its rows are new. */
export function gridKeys(root) {
  let at = [0, 0];
  const rows = () => [...root.querySelectorAll("[role=row][data-row]")];
  const cells = (row) => [...row.children].filter((cell) => cell.offsetParent !== null || cell.offsetWidth > 0);
  const cellAt = ([r, c]) => {
    const all = rows();
    if (!all.length) return null;
    const row = cells(all[Math.min(Math.max(r, 0), all.length - 1)]);
    return row[Math.min(Math.max(c, 0), row.length - 1)];
  };
  const hold = (cell) => {
    for (const old of root.querySelectorAll("[role=row][data-row] > [tabindex='0']")) old.tabIndex = -1;
    if (cell) cell.tabIndex = 0;
  };
  const go = (place) => {
    const all = rows();
    const row = Math.min(Math.max(place[0], 0), all.length - 1);
    const cell = cellAt([row, place[1]]);
    if (!cell) return;
    at = [row, cells(all[row]).indexOf(cell)];
    hold(cell);
    cell.focus();
  };
  root.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[role=gridcell], [role=rowheader]");
    if (!cell || !cell.parentElement.hasAttribute("data-row")) return;
    if (event.target !== cell) return leave(event, cell);
    const place = gridPlace(event, at, rows().length, cells(cell.parentElement).length);
    if (place) {
      event.preventDefault();
      go(place);
    } else if (event.key === "Enter" || event.key === "F2") {
      const control = cell.querySelector("select:not(:disabled), input:not(:disabled)");
      if (!control) return;
      event.preventDefault();
      control.focus();
    }
  });
  root.addEventListener("focusin", (event) => {
    const cell = event.target.closest("[role=gridcell], [role=rowheader]");
    const row = cell && cell.parentElement;
    if (!row || !row.hasAttribute("data-row")) return;
    at = [rows().indexOf(row), cells(row).indexOf(cell)];
    hold(cell);
  });
  const leave = (event, cell) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    cell.focus();
  };
  return { reset: () => hold(cellAt(at)) };
}

/** The cell that a key leads to from row and column; null where it leads nowhere. */
export function gridPlace(event, [row, column], rows, columns) {
  const last = rows - 1;
  const places = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    PageUp: [row - GRID_PAGE, column],
    PageDown: [row + GRID_PAGE, column],
    Home: [event.ctrlKey ? 0 : row, 0],
    End: [event.ctrlKey ? last : row, columns - 1],
  };
  const place = places[event.key];
  if (!place || event.altKey || event.metaKey) return null;
  return [Math.min(Math.max(place[0], 0), last), Math.min(Math.max(place[1], 0), columns - 1)];
}
