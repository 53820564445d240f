// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

extension FiveElementStatement {
  /// The statement as a file has it; `FiveElementModel` reads it, and so does `init(reading:)`.
  public func text(_ notation: FiveElementModel.Notation = .yaml) -> String {
    var writer = StatementWriter(notation: notation)
    writer.section("name", .scalar(name))
    writer.section("sets", sets.map { ($0.name, StatementWriter.members($0)) })
    writer.section("parameters", parameters.map { ($0.name, value(of: $0)) })
    writer.section("variables", variables.map { ($0.name, StatementWriter.fields($0)) })
    writer.section(sense == .minimize ? "minimize" : "maximize", .scalar(objective))
    writer.section(
      "subject to",
      constraints.map { ($0.indices.isEmpty ? $0.name : "\($0.name)[\($0.indices)]", .scalar($0.text)) })
    return writer.finish()
  }

  private func value(of parameter: Parameter) -> StatementWriter.Value {
    let numbers =
      parameter.over.isEmpty
      ? StatementWriter.Value.number(parameter.values.first ?? .nan)
      : StatementWriter.nested(parameter.values[...], parameter.over.map { count(over: [$0]) ?? 0 })
    if parameter.over.isEmpty, parameter.unit == nil { return numbers }
    var fields: [(String, StatementWriter.Value)] = []
    if !parameter.over.isEmpty { fields.append(("over", .list(parameter.over.map { .scalar($0) }))) }
    fields.append((parameter.over.isEmpty ? "value" : "values", numbers))
    if let unit = parameter.unit { fields.append(("unit", .scalar(unit))) }
    return .map(fields)
  }
}

/// Writes mappings of two levels, each entry on a line of its own.
private struct StatementWriter {
  indirect enum Value {
    case scalar(String), number(Double), list([Value]), map([(String, Value)])
  }

  let notation: FiveElementModel.Notation
  private var sections: [String] = []

  init(notation: FiveElementModel.Notation) { self.notation = notation }

  private var isJSON: Bool { notation == .json }

  static func members(_ set: FiveElementStatement.Members) -> Value {
    .list(set.elements.map { $0.count == 1 ? .scalar($0[0]) : .list($0.map { .scalar($0) }) })
  }

  static func nested(_ values: ArraySlice<Double>, _ counts: [Int]) -> Value {
    guard counts.count > 1 else { return .list(values.map { .number($0) }) }
    let width = counts.dropFirst().reduce(1, *)
    return .list(
      (0..<counts[0]).map { k in
        let start = min(values.endIndex, values.startIndex + k * width)
        return nested(values[start..<min(values.endIndex, start + width)], Array(counts.dropFirst()))
      })
  }

  static func fields(_ variable: FiveElementStatement.Variable) -> Value {
    var fields: [(String, Value)] = []
    if !variable.over.isEmpty {
      let isNamed = variable.indices.count >= variable.over.count
      let over = variable.over.enumerated().map { k, set in isNamed ? "\(variable.indices[k]) in \(set)" : set }
      fields.append(("over", .list(over.map { .scalar($0) })))
    }
    if variable.kind != .continuous { fields.append(("kind", .scalar(variable.kind.rawValue))) }
    if let lower = variable.lower { fields.append(("lower", .scalar(lower))) }
    if let upper = variable.upper { fields.append(("upper", .scalar(upper))) }
    if let unit = variable.unit { fields.append(("unit", .scalar(unit))) }
    return .map(fields)
  }

  mutating func section(_ name: String, _ value: Value) { sections.append("\(key(name)): \(flow(value))") }

  mutating func section(_ name: String, _ entries: [(String, Value)]) {
    guard !entries.isEmpty else { return }
    let indent = isJSON ? "    " : "  "
    let lines = entries.map { "\(indent)\(key($0.0)): \(flow($0.1))" }
    sections.append(
      isJSON
        ? "\(key(name)): {\n\(lines.joined(separator: ",\n"))\n  }" : "\(key(name)):\n\(lines.joined(separator: "\n"))")
  }

  func finish() -> String {
    isJSON ? "{\n\(sections.map { "  \($0)" }.joined(separator: ",\n"))\n}\n" : sections.joined(separator: "\n") + "\n"
  }

  private func flow(_ value: Value) -> String {
    switch value {
    case .scalar(let text): scalar(text)
    case .number(let number): number.isFinite ? TextBuffer.shortest(number) : quoted(number > 0 ? "inf" : "-inf")
    case .list(let values): "[\(values.map(flow).joined(separator: ", "))]"
    case .map(let entries): "{\(entries.map { "\(key($0.0)): \(flow($0.1))" }.joined(separator: ", "))}"
    }
  }

  private func key(_ text: String) -> String { isJSON || !Self.isPlain(text) ? quoted(text) : text }

  private func scalar(_ text: String) -> String { isJSON || !Self.isPlain(text) ? quoted(text) : text }

  /// What YAML reads as it stands, inside brackets too.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last, first != 0x20, last != 0x20 else { return false }
    let safe = text.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: " _.+*/^()<>=-$".utf8.contains(byte)
      }
    }
    return safe && !"-=<>*".utf8.contains(first) && !text.contains(" #") || text.isEmpty == false && Double(text) != nil
  }

  private func quoted(_ text: String) -> String {
    var writer = JSONWriter()
    writer.write(JSONValue.string(text))
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
