// SPDX-License-Identifier: Apache-2.0

/// The rule of documentation comments.
///
/// In the libraries, each public type, function, operator, subscript and type alias has a comment of its own, and so have the
/// requirements of a public protocol and initializers that throw or fail. Not asked for: stored and computed properties,
/// cases and plain initializers, which the comment of their type covers; and witnesses, which inherit the comment of the
/// requirement with the same name and labels (of a protocol of this repository, or one of the standard ones listed here).
extension Repository {
  /// Public declarations that lack their comment.
  public var undocumented: [Finding] {
    let libraries = swiftFiles.filter { $0.target.map { !["gradus", "gradus-maintain"].contains($0) } ?? false }
    let declarations = libraries.flatMap { PublicDeclaration.all(in: $0) }
    var inherited: Set<String> = ["==(_:_:)", "<(_:_:)", "hash(into:)", "encode(to:)", "init(from:)"]
    for declaration in declarations where declaration.isRequirement && declaration.isDocumented {
      inherited.insert(declaration.name)
    }
    return declarations.compactMap { declaration in
      if declaration.isDocumented || !declaration.isRequirement && inherited.contains(declaration.name) { return nil }
      return Finding(
        file: declaration.file, line: declaration.line, message: "`\(declaration.name)` has no documentation comment")
    }
  }
}

/// One declaration that the rule of documentation comments is about.
struct PublicDeclaration {
  let file: String
  let line: Int
  /// The base name with the labels of its parameters, as in `hash(into:)`.
  let name: String
  /// True inside the body of a public protocol.
  let isRequirement: Bool
  let isDocumented: Bool

  static func all(in file: SourceFile) -> [PublicDeclaration] {
    let code = file.code.map(\.text)
    var found: [PublicDeclaration] = []
    var depth = 0
    /// The depth of the protocol whose body is open.
    var opened: Int?
    for (index, text) in code.enumerated() {
      let inBody = opened.map { depth == $0 + 1 } ?? false
      if inBody || text.contains("public "), let match = text.prefixMatch(of: inBody ? requirement : declaration) {
        let (kind, rest) = (String(match.output.kind), String(text[match.range.upperBound...]))
        let whole = rest + " " + head(code, after: index, of: rest)
        if kind != "init" || inBody || whole.contains(#/\) *(async *)?throws/#) || rest.hasPrefix("?") {
          found.append(
            PublicDeclaration(
              file: file.path, line: index + 1, name: name(kind, whole), isRequirement: inBody,
              isDocumented: isDocumented(file.lines, index)))
        }
        if kind == "protocol" { opened = depth }
      }
      depth += text.count { $0 == "{" } - text.count { $0 == "}" }
      if let level = opened, depth <= level, text.contains("}") { opened = nil }
    }
    return found
  }

  private static var declaration: Regex<(Substring, kind: Substring)> {
    #/ *(?:@\w+(?:\([^)]*\))? +)*public +(?:[a-z]+(?:\([a-z]+\))? +)*?(?<kind>func|struct|enum|class|actor|protocol|subscript|typealias|init)\b/#
  }

  private static var requirement: Regex<(Substring, kind: Substring)> {
    #/ *(?:@\w+(?:\([^)]*\))? +)*(?:[a-z]+(?:\([a-z]+\))? +)*?(?<kind>func|init|subscript|associatedtype|var)\b/#
  }

  /// True when the lines above, without attributes, end in a documentation comment.
  private static func isDocumented(_ lines: [Substring], _ index: Int) -> Bool {
    let above = lines[..<index].last { !$0.contains(#/^ *@\w+(\(.*\))? *$/#) }
    return above?.contains(#/^ *\/\/\//#) ?? false
  }

  /// The rest of a declaration that goes on over several lines: until its parentheses are closed, and what throws.
  private static func head(_ code: [String], after index: Int, of first: String) -> String {
    var text = ""
    var open = first.count { $0 == "(" } - first.count { $0 == ")" }
    var next = index + 1
    while next < code.count, next < index + 20, open > 0 || !(first + text).contains("{") && next <= index + 1 {
      text += " " + code[next]
      open += code[next].count { $0 == "(" } - code[next].count { $0 == ")" }
      next += 1
    }
    return text
  }

  /// `base(label:label:)`, with `_` for a parameter without a label.
  private static func name(_ kind: String, _ rest: String) -> String {
    let text = rest.drop { $0 == " " }
    let base =
      ["init", "subscript"].contains(kind)
      ? Substring(kind) : text.prefix { !" <({:".contains($0) || "<".contains($0) && text.hasPrefix(String($0)) }
    guard kind == "func" || kind == "init" || kind == "subscript" else { return String(base) }
    guard let start = text.dropFirst(kind == "func" ? base.count : 0).firstIndex(of: "(") else { return String(base) }
    var depth = 0
    var labels: [Substring] = []
    var expects = true
    var place = start
    while place < text.endIndex {
      let character = text[place]
      if "([{<".contains(character) { depth += 1 }
      if ")]}".contains(character) || character == ">" && text[text.index(before: place)] != "-" { depth -= 1 }
      if depth == 0 { break }
      if depth == 1, character == "," { expects = true }
      if expects, character.isLetter || character == "_" {
        let label = text[place...].prefix { !" :".contains($0) }
        // Parameters of operators have no labels.
        labels.append(base.first?.isLetter == true ? label : "_")
        place = text.index(place, offsetBy: label.count)
        expects = false
        continue
      }
      place = text.index(after: place)
    }
    return base + "(" + labels.map { $0 + ":" }.joined() + ")"
  }
}
