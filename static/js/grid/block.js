// A block of cells as text: what Excel and WPS put on the clipboard, lines of tab-separated cells, quoted where needed.
export function parseBlock(text) {
  const rows = [];
  let row = [];
  let cell = "";
  let quoted = false;
  let fresh = true;
  const source = text.replace(/\r\n?/g, "\n");
  for (let at = 0; at < source.length; at += 1) {
    const sign = source[at];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (source[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"' && fresh) {
      quoted = true;
      fresh = false;
    } else if (sign === "\t" || sign === "\n") {
      row.push(cell);
      cell = "";
      fresh = true;
      if (sign === "\n") {
        rows.push(row);
        row = [];
      }
    } else {
      cell += sign;
      fresh = false;
    }
  }
  if (cell !== "" || row.length) rows.push([...row, cell]);
  return rows;
}

export function writeBlock(rows) {
  const write = (text) => (/["\t\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  return rows.map((row) => row.map(write).join("\t")).join("\n");
}
