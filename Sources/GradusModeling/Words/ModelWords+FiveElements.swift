// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// Five-element models: from their own expressions.
extension ModelWords {
  static func told(_ file: FileBytes, _ notation: FiveElementModel.Notation) throws(ReadError) -> ModelWords {
    let source = try SourceText(file)
    let root = notation == .json ? try JSONDocument.read(source) : try YAMLReader.read(source)
    let reader = FiveElementModel.reader(source, file, ExpansionLimits())
    let program = try reader.program(root)
    var words = ModelWords()
    words.name = program.name
    words.decided = reader.variables.map { words.sentence($0, reader, program) }
    if case .mapping(let sections) = root.content {
      for section in sections {
        switch section.key.text {
        case "minimize", "maximize": words.wanted = try words.goal(section, reader)
        case "subject to": words.required = try words.rows(section.value, reader)
        default: break
        }
      }
    }
    if words.wanted.isEmpty { words.wanted = "Nothing is wanted but a solution." }
    words.tellData(reader)
    words.assume(program)
    words.assumptions += reader.notes.map { "The reader says: \($0)." }
    return words
  }

  private func sentence(
    _ variable: FiveElementReader.VariableEntry, _ reader: FiveElementReader, _ program: FormulaProgram
  ) -> String {
    let count = variable.domain.count ?? 0
    let columns = variable.firstColumn..<(variable.firstColumn + count)
    let form = program.linear
    let kinds = columns.map { Self.kind(form.kinds[$0], form.columnLower[$0], form.columnUpper[$0]) }
    var what = kinds.first ?? "nothing"
    if Set(kinds).count > 1, let first = columns.first {
      what = Self.kind(form.kinds[first], -.infinity, .infinity) + ", between bounds that differ"
    }
    let over = variable.domain.arity == 0 ? "" : ", for each \(Self.over(variable.node)) (\(count))"
    let unit = variable.units.isKnown ? " in \(variable.units.text)" : ""
    return "\(Self.plain(variable.name))\(over): \(what)\(unit)."
  }

  /// What a mapping stands over, as it is written.
  private static func over(_ node: DocumentNode) -> String {
    guard case .mapping(let entries) = node.content, let over = entries.first(where: { $0.key.text == "over" }) else {
      return "member"
    }
    switch over.value.content {
    case .scalar(let scalar): return plain(scalar.text)
    case .sequence(let items): return listed(items.compactMap { $0.scalar.map { plain($0.text) } })
    default: return "member"
    }
  }

  private func goal(_ section: DocumentNode.Entry, _ reader: FiveElementReader) throws(ReadError) -> String {
    var node = section.value
    var title = ""
    if case .sequence(let items) = node.content, let first = items.first { node = first }
    if case .mapping(let entries) = node.content, let first = entries.first {
      title = "\(Self.plain(first.key.text)), which is "
      node = first.value
    }
    guard let scalar = node.scalar else { return "" }
    var parser = try reader.parser(scalar)
    let body = TermWords(reader: reader).words(try parser.whole())
    return "\(section.key.text == "minimize" ? "The least" : "The most") of \(title)\(body)."
  }

  private func rows(_ node: DocumentNode, _ reader: FiveElementReader) throws(ReadError) -> [String] {
    guard case .mapping(let entries) = node.content else { return [] }
    var sentences: [String] = []
    for entry in entries {
      var key = entry.key
      key.comment = nil
      var keyParser = try reader.parser(key)
      guard case .name(let name) = keyParser.token.kind, let scalar = entry.value.scalar else { continue }
      keyParser.next += 1
      var terms = TermWords(reader: reader)
      var over = ""
      var names: [String] = []
      if keyParser.take(.openBracket) {
        let indexing = try keyParser.indexing()
        names = indexing.names
        over = "for each \(terms.enter(indexing, isAlone: false)), "
      }
      var parser = try reader.parser(scalar, locals: names)
      sentences.append("\(Self.plain(name)): \(over)\(terms.words(try parser.whole())).")
    }
    if sentences.count > Self.limit {
      let rest = sentences.count - Self.limit
      sentences = sentences.prefix(Self.limit) + ["… and \(rest) requirements more."]
    }
    return sentences
  }

  private mutating func tellData(_ reader: FiveElementReader) {
    for set in reader.sets {
      guard let value = set.value else { continue }
      let shown = (0..<min(value.count, 12)).map { k in
        let parts = (0..<value.arity).map { reader.elements.texts[Int(value.members[k * value.arity + $0])] }
        return parts.count == 1 ? parts[0] : "(\(parts.joined(separator: ", ")))"
      }
      let more = value.count > 12 ? ", …" : ""
      let elements = value.count == 0 ? "" : ": \(shown.joined(separator: ", "))\(more)"
      data.append("\(Self.plain(set.name)) has \(value.count) \(value.count == 1 ? "element" : "elements")\(elements).")
    }
    for parameter in reader.parameters {
      let unit = parameter.units.isKnown && parameter.units.text != "1" ? " \(parameter.units.text)" : ""
      let title = Self.plain(parameter.name)
      if parameter.domain.arity == 0, let value = parameter.values.first {
        data.append("\(title) is \(Self.number(value))\(unit).")
      } else if let low = parameter.values.min(), let high = parameter.values.max() {
        let range = low == high ? "always \(Self.number(low))" : "from \(Self.number(low)) to \(Self.number(high))"
        data.append(
          "\(title), for each \(Self.over(parameter.node)): \(parameter.values.count) numbers, \(range)\(unit).")
      }
    }
    if data.count > Self.limit {
      let rest = data.count - Self.limit
      data = data.prefix(Self.limit) + ["… and \(rest) sets and parameters more."]
    }
  }
}
