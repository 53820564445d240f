// SPDX-License-Identifier: Apache-2.0

/// A page of the dashboard: its head, where it stands among the others, and its parts.
///
/// A part is a piece of HTML with an address of its own. Some stand in the page from the beginning, the others are fetched when it is
/// shown; when something has changed, all of them are fetched again. Without scripts the others are links.
struct SitePage {
  struct Part {
    /// A word for the address and for the place in the page.
    var id: String
    var heading: String
    /// nil: fetched later.
    var content: String?
  }

  var title: String
  /// Pages above this one.
  var trail: [(name: String, address: String)] = []
  /// The address that events and parts are asked for.
  var address: String
  /// What is added to the addresses of parts.
  var query = ""
  var parts: [Part] = []

  var html: String {
    var crumbs = "<a href=\"/\">Gradus</a>"
    for (name, address) in trail {
      crumbs += " <span aria-hidden=\"true\">›</span> <a href=\"\(escaped(address))\">\(escaped(name))</a>"
    }
    let body = """
      <a class="skip" href="#main">Skip to the content</a>
      <header><nav aria-label="Pages">\(crumbs)</nav><span id="live" role="status"></span></header>
      <main id="main" tabindex="-1">
      <h1>\(escaped(title))</h1>
      \(parts.map(section).joined())</main>
      """
    return HTMLDocument(
      title: "\(title) – Gradus", head: Self.links + "\n<script src=\"/dashboard.js\" defer></script>",
      attributes: " data-topic=\"\(escaped(address))\"", body: body
    ).text
  }

  /// What the head of every page names, all of it served from here.
  static let links = """
    <link rel="icon" href="/mark.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/dashboard.css">
    """

  /// The page without events: what it shows does not change.
  var plain: String {
    var page = self
    page.address = ""
    return page.html
  }

  private func section(_ part: Part) -> String {
    let from = escaped("\(address == "/" ? "" : address)/parts/\(part.id)\(query)")
    let head = part.heading.isEmpty ? "" : "<h2 id=\"h-\(part.id)\">\(escaped(part.heading))</h2>\n"
    let label = part.heading.isEmpty ? "" : " aria-labelledby=\"h-\(part.id)\""
    let content = part.content ?? "<p class=\"later\"><a href=\"\(from)\">Show</a></p>"
    return
      "<section\(label)>\(head)<div data-part=\"\(from)\"\(part.content == nil ? " data-later" : "")>\(content)</div></section>\n"
  }

  // MARK: Pieces

  /// A picture that may be wider than the page.
  static func picture(_ svg: String, _ name: String) -> String {
    "<div class=\"wide picture\" tabindex=\"0\" role=\"region\" aria-label=\"\(escaped(name))\">\n\(svg)</div>\n"
  }

  /// A table; where `links` are given, the first cell of a row leads to its address.
  static func table(_ table: Table, _ name: String, links: [String] = [], states: Int? = nil) -> String {
    func cell(_ text: String, _ column: Int, _ row: Int) -> String {
      var inner = escaped(text)
      if column == 0, links.indices.contains(row) { inner = "<a href=\"\(escaped(links[row]))\">\(inner)</a>" }
      if column == states { inner = "<span class=\"state \(escaped(text))\">\(inner)</span>" }
      return "<td\(table.numeric.contains(column) ? " class=\"number\"" : "")>\(inner)</td>"
    }
    let head = table.header.enumerated().map { k, text in
      "<th scope=\"col\"\(table.numeric.contains(k) ? " class=\"number\"" : "")>\(escaped(text))</th>"
    }.joined()
    var text =
      "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"\(escaped(name))\"><table>\n<thead><tr>\(head)</tr></thead>\n<tbody>\n"
    for (k, row) in table.rows.enumerated() {
      text += "<tr>\(row.enumerated().map { cell($1, $0, k) }.joined())</tr>\n"
    }
    return text + "</tbody></table></div>\n"
  }

  /// Names and what they are, beside each other; what is long has a row of its own.
  static func facts(_ rows: [(name: String, value: String)]) -> String {
    let parts = rows.map { row in
      let style = row.name.count + row.value.count > 60 ? " class=\"long\"" : ""
      return "<div\(style)><dt>\(escaped(row.name))</dt><dd>\(escaped(row.value))</dd></div>\n"
    }
    return "<dl>\n\(parts.joined())</dl>\n"
  }

  /// What somebody has printed.
  static func log(_ text: String, _ name: String) -> String {
    "<pre tabindex=\"0\" role=\"region\" aria-label=\"\(escaped(name))\">\(escaped(text))</pre>\n"
  }

  static func note(_ text: String) -> String { "<p class=\"note\">\(escaped(text))</p>\n" }

  static func failure(_ text: String) -> String { "<p class=\"failure\" role=\"alert\">\(escaped(text))</p>\n" }
}
