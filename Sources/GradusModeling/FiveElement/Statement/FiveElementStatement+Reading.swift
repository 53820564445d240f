// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

extension FiveElementStatement {
  /// The statement that a text is.
  ///
  /// Throws `ReadError` where the text is no model, and where it says what a statement does not hold: sets by conditions, values and sets by
  /// expressions, values from files, bounds by element, starts, several objectives. Cost: that of reading the model.
  public init(
    reading text: String, notation: FiveElementModel.Notation = .yaml, path: String = "input"
  ) throws(ReadError) {
    let file = FileBytes(path: path, text: text)
    let source = try SourceText(file)
    let root = notation == .json ? try JSONDocument.read(source) : try YAMLReader.read(source)
    let reader = FiveElementModel.reader(source, file, ExpansionLimits())
    let program = try reader.program(root)
    self.init(name: program.linear.name, sense: program.linear.sense)
    try read(reader, root)
  }

  private mutating func read(_ reader: FiveElementReader, _ root: DocumentNode) throws(ReadError) {
    for set in reader.sets {
      guard let value = set.value, case .sequence = set.node.content else {
        throw reader.unlisted(set.node, "the set \(set.name) without a list", "a list of its elements")
      }
      let elements = (0..<value.count).map { k in
        (0..<value.arity).map { reader.elements.texts[Int(value.members[k * value.arity + $0])] }
      }
      sets.append(Members(set.name, tuples: elements))
    }
    for parameter in reader.parameters {
      guard !parameter.isComputed else {
        throw reader.unlisted(parameter.node, "the parameter \(parameter.name) by an expression", "its numbers")
      }
      let keys = parameter.node.entry
      guard keys["file"] == nil else {
        throw reader.unlisted(parameter.node, "the parameter \(parameter.name) from a file", "its numbers")
      }
      let over = try reader.setNames(keys["over"], of: parameter.name)
      parameters.append(
        Parameter(parameter.name, over: over.names, parameter.values, unit: keys["unit"]?.scalar?.text))
    }
    for variable in reader.variables { variables.append(try reader.stated(variable)) }
    guard case .mapping(let sections) = root.content else { return }
    for section in sections {
      switch (section.key.text, section.value.content) {
      case ("minimize", .scalar(let text)), ("maximize", .scalar(let text)): objective = text.text
      case ("minimize", _), ("maximize", _):
        throw reader.unlisted(section.value, "an objective with a name of its own", "the expression alone")
      case ("subject to", .mapping(let rows)): try constraints = reader.stated(rows)
      default: break
      }
    }
  }
}

extension FiveElementReader {
  fileprivate func unlisted(_ node: DocumentNode, _ cause: String, _ expected: String) -> ReadError {
    source.error(at: node.offset, "\(cause) in a statement", expected: expected)
  }

  /// The sets that `over` names and the indices it gives, without conditions.
  fileprivate func setNames(
    _ node: DocumentNode?, of owner: String
  ) throws(ReadError) -> (names: [String], indices: [String]) {
    guard let node else { return ([], []) }
    let scalars: [DocumentScalar] =
      switch node.content {
      case .scalar(let scalar): [scalar]
      case .sequence(let items): items.compactMap(\.scalar)
      default: []
      }
    var names: [String] = [], indices: [String] = []
    for scalar in scalars {
      let parts = scalar.text.split(separator: " ")
      if parts.count == 3, parts[1] == "in" { indices.append(String(parts[0])) }
      let name = parts.count == 3 && parts[1] == "in" ? String(parts[2]) : scalar.text
      guard sets.contains(where: { $0.name == name }) else {
        throw unlisted(node, "\(owner) over \(scalar.text.prefix(40))", "names of sets, or i in SET for each")
      }
      names.append(name)
    }
    return (names, indices.count == names.count ? indices : [])
  }

  fileprivate func stated(_ variable: VariableEntry) throws(ReadError) -> FiveElementStatement.Variable {
    var entry = variable.node.entry
    if let scalar = variable.node.scalar { entry["kind"] = DocumentNode(offset: scalar.offset, .scalar(scalar)) }
    if let start = entry["start"] { throw unlisted(start, "the start of \(variable.name)", "a variable without one") }
    for key in ["lower", "upper"] {
      if let bound = entry[key], bound.scalar == nil {
        throw unlisted(bound, "\(key) of \(variable.name) by element", "a number or an expression of a parameter")
      }
    }
    let over = try setNames(entry["over"], of: variable.name)
    return FiveElementStatement.Variable(
      variable.name, over: over.names,
      kind: entry["kind"]?.scalar.flatMap { FiveElementStatement.Variable.Kind(rawValue: $0.text) } ?? .continuous,
      lower: entry["lower"]?.scalar?.text, upper: entry["upper"]?.scalar?.text, unit: entry["unit"]?.scalar?.text,
      indices: over.indices)
  }

  fileprivate func stated(
    _ rows: [DocumentNode.Entry]
  ) throws(ReadError) -> [FiveElementStatement.Constraint] {
    rows.compactMap { row in
      guard let text = row.value.scalar?.text else { return nil }
      let key = row.key.text
      guard let bracket = key.firstIndex(of: "["), key.last == "]" else {
        return FiveElementStatement.Constraint(Self.trimmed(key[...]), text)
      }
      return FiveElementStatement.Constraint(
        Self.trimmed(key[..<bracket]), for: String(key[key.index(after: bracket)...].dropLast()), text)
    }
  }
}

extension DocumentNode {
  /// The values of a mapping by their keys; nothing for other nodes.
  fileprivate var entry: [String: DocumentNode] {
    guard case .mapping(let entries) = content else { return [:] }
    return Dictionary(entries.map { ($0.key.text, $0.value) }) { first, _ in first }
  }
}
