// SPDX-License-Identifier: Apache-2.0

/// A page without outside resources that suits light and dark surroundings.
package struct HTMLPage {
  package var title: String
  /// Said below the title, as HTML.
  package var remark: String
  package var body = ""

  package init(_ title: String, remark: String) {
    self.title = title
    self.remark = remark
  }

  package mutating func add(heading: String) { body += "<h2>\(escaped(heading))</h2>\n" }

  package mutating func add(paragraph: String) { body += "<p>\(escaped(paragraph))</p>\n" }

  package mutating func add(picture svg: String) { body += "<div class=\"wide\">\n\(svg)</div>\n" }

  package mutating func add(_ table: Table) {
    func cells(_ row: [String], _ tag: String) -> String {
      row.enumerated().map { k, text in
        "<\(tag)\(table.numeric.contains(k) ? " class=\"number\"" : "")>\(escaped(text))</\(tag)>"
      }.joined()
    }
    body += "<div class=\"wide\"><table>\n<tr>\(cells(table.header, "th"))</tr>\n"
    for row in table.rows { body += "<tr>\(cells(row, "td"))</tr>\n" }
    body += "</table></div>\n"
  }

  package var text: String {
    HTMLDocument(
      title: title, style: Self.style, body: "<h1>\(escaped(title))</h1>\n<p>\(remark)</p>\n\(body)"
    ).text
  }

  package static let style = """
    :root { --ink: #1b1f24; --faint: #5b6470; --grid: #e3e6ea; --page: #f6f7f9; --card: #ffffff; --good: #157347; }
    @media (prefers-color-scheme: dark) {
    :root { --ink: #e8eaed; --faint: #9aa3af; --grid: #32373f; --page: #0f1215; --card: #15181c; --good: #5ccb93; }
    }
    body { margin: 0 auto; max-width: 72rem; padding: 2rem 1.25rem 4rem; background: var(--page); color: var(--ink);
    font: 16px/1.5 system-ui, sans-serif; }
    h1 { font-size: 1.7rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
    p { margin: .25rem 0; color: var(--faint); }
    .wide { overflow-x: auto; background: var(--card); border: 1px solid var(--grid); border-radius: 8px;
    margin: .5rem 0; }
    .wide svg { display: block; width: 100%; height: auto; min-width: 34rem; }
    table { border-collapse: collapse; width: 100%; font-size: .92rem; }
    th, td { text-align: left; padding: .5rem .8rem; border-bottom: 1px solid var(--grid); white-space: nowrap; }
    tr:last-child td { border-bottom: 0; } th { color: var(--faint); font-weight: 600; }
    td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
    .best { color: var(--good); font-weight: 600; }
    """
}
