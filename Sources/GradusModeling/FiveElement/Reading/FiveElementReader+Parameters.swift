// SPDX-License-Identifier: Apache-2.0

extension FiveElementReader {
  static let parameterKeys = ["over", "values", "value", "file", "column", "unit", "default"]

  /// The keys of a parameter; nil when its value stands alone.
  private func parameterFields(_ i: Int) throws(ReadError) -> [String: DocumentNode]? {
    guard case .mapping(let entries) = parameters[i].node.content else { return nil }
    let name = parameters[i].name
    if !entries.contains(where: { Self.parameterKeys.contains($0.key.text) }), let first = entries.first,
      NearestName.of(first.key.text, in: Self.parameterKeys) == nil
    {
      throw source.error(
        at: first.key.offset, "\(name) has no key \(first.key.text.prefix(60))",
        expected: "{over: SET, values: {\(first.key.text.prefix(20)): …}} for values by element")
    }
    return try fields(entries, of: name, Self.parameterKeys)
  }

  /// Reads what the parameter is declared over, so that it can be named in expressions.
  func declareParameter(_ i: Int) throws(ReadError) {
    if parameters[i].isDeclared { return }
    parameters[i].isDeclared = true
    guard let fields = try parameterFields(i) else { return }
    try enterLoad(parameters[i].offset)
    defer { loadDepth -= 1 }
    parameters[i].units = try units(fields["unit"])
    parameters[i].domain = try over(fields["over"], parameters[i].name).domain
  }

  func loadParameter(_ i: Int, from offset: Int? = nil) throws(ReadError) {
    if parameters[i].state == .loaded { return }
    try declareParameter(i)
    let name = parameters[i].name
    guard parameters[i].state == .pending else {
      throw source.error(
        at: offset ?? parameters[i].offset, "the parameter \(name) is defined through itself",
        expected: "a definition without a circle")
    }
    parameters[i].state = .loading
    try enterLoad(offset ?? parameters[i].offset)
    defer { loadDepth -= 1 }
    let outer = (slots, context, variablesRefused, metExpression)
    (slots, context, variablesRefused, metExpression) = ([], "", "the parameter \(name)", false)
    var values = try parameterValues(i)
    parameters[i].isComputed = metExpression
    (slots, context, variablesRefused, metExpression) = outer
    if let move, move.parameter == name, values.indices.contains(move.position) { values[move.position] += move.by }
    parameters[i].values = values
    parameters[i].state = .loaded
  }

  private func parameterValues(_ i: Int) throws(ReadError) -> [Double] {
    let name = parameters[i].name
    let node = parameters[i].node
    guard let fields = try parameterFields(i) else {
      switch node.content {
      case .scalar: return try values(of: node, DeclaredOver(), name, units: parameters[i].units).map { $0 ?? .nan }
      case .absent: throw source.error(at: node.offset, "\(name) has no value", expected: "a number or an expression")
      default:
        throw source.error(
          at: node.offset, "\(name) is a list without sets", expected: "{over: SET, values: […]}")
      }
    }
    let over = try over(fields["over"], name)
    let count = over.domain.count ?? 0
    let given = [fields["values"], fields["value"]].compactMap { $0 }
    guard given.count + (fields["file"] == nil ? 0 : 1) <= 1 else {
      throw source.error(at: node.offset, "\(name) has values from two places", expected: "values or file, not both")
    }
    var values: [Double?]
    if let file = fields["file"] {
      values = try fileValues(file, column: fields["column"], over, name)
    } else if let node = given.first {
      values = try self.values(of: node, over, name, units: parameters[i].units)
    } else if fields["default"] != nil {
      values = [Double?](repeating: nil, count: count)
    } else {
      throw source.error(at: node.offset, "\(name) has no values", expected: "values:, file: or default:")
    }
    var fallback: Double?
    if let node = fields["default"] {
      fallback =
        try self.values(of: node, DeclaredOver(), "the default of \(name)", units: parameters[i].units).first ?? nil
    }
    if let missing = values.firstIndex(where: { $0 == nil }), fallback == nil {
      throw source.error(
        at: (fields["file"] ?? given.first ?? node).offset,
        "\(name)[\(shown(over.domain.member(at: missing)))] has no value",
        expected: "a value for every member, or default:")
    }
    return values.map { $0 ?? fallback ?? .nan }
  }

  func shown(_ member: [Int32]) -> String { member.map { elements.texts[Int($0)] }.joined(separator: ",") }

  // MARK: Values by index

  /// One number a member: from a number or an expression for all, nested lists, or maps by element. Nil where a map says
  /// nothing.
  func values(
    of node: DocumentNode, _ over: DeclaredOver, _ owner: String, units: UnitExpression
  ) throws(ReadError) -> [Double?] {
    let count = over.domain.count ?? 0
    if let scalar = node.scalar {
      if let number = ElementTable.number(scalar.text) {
        return [Double?](repeating: try finite(number, scalar), count: count)
      }
      metExpression = true
      var parser = try self.parser(scalar, locals: over.names)
      let term = try parser.whole()
      try checkUnits(term, units, owner, scalar.offset)
      var values: [Double?] = []
      values.reserveCapacity(count)
      let outer = slots
      defer { slots = outer }
      for i in 0..<count {
        let member = over.domain.member(at: i)
        if !over.names.isEmpty { slots = member }
        context = member.isEmpty ? owner : "\(owner)[\(shown(member))]"
        values.append(try number(term))
      }
      context = ""
      return values
    }
    var values = [Double?](repeating: nil, count: count)
    try fill(&values, node, over.domain.sets[...], 0, owner)
    return values
  }

  private func finite(_ number: Double, _ scalar: DocumentScalar) throws(ReadError) -> Double {
    guard number.isFinite else {
      throw source.error(
        at: scalar.offset, "the number \(scalar.text.prefix(40)) is too large", expected: "a finite number")
    }
    return number
  }

  private func fill(
    _ values: inout [Double?], _ node: DocumentNode, _ sets: ArraySlice<IndexSet>, _ position: Int, _ owner: String
  ) throws(ReadError) {
    guard let set = sets.first else {
      guard let scalar = node.scalar else {
        if case .absent = node.content { return }
        throw source.error(at: node.offset, "\(node.what) as a value of \(owner)", expected: "a number")
      }
      if let number = ElementTable.number(scalar.text) {
        values[position] = try finite(number, scalar)
      } else {
        metExpression = true
        var parser = try self.parser(scalar)
        values[position] = try number(try parser.whole())
      }
      return
    }
    let rest = sets.dropFirst()
    switch node.content {
    case .sequence(let items):
      guard items.count == set.count else {
        throw source.error(
          at: node.offset, "\(items.count) values in a list of \(owner)", expected: "\(set.count), one for each member")
      }
      for (i, item) in items.enumerated() { try fill(&values, item, rest, position * set.count + i, owner) }
    case .mapping(let entries):
      for entry in entries {
        guard let i = try member(entry.key, of: set) else { throw noMember(entry.key, set, owner) }
        try fill(&values, entry.value, rest, position * set.count + i, owner)
      }
    case .scalar, .absent:
      throw source.error(
        at: node.offset, "\(node.what) where \(owner) has \(set.count) members",
        expected: "a list of \(set.count) or a mapping by element")
    }
  }

  /// The position of a key in a set; keys of sets of tuples are written `a,b`.
  private func member(_ key: DocumentScalar, of set: IndexSet) throws(ReadError) -> Int? {
    let parts = set.arity == 1 ? [key.text] : key.text.split(separator: ",").map { Self.trimmed($0) }
    guard parts.count == set.arity else {
      throw source.error(
        at: key.offset, "the key \(key.text.prefix(60)) has \(parts.count) parts",
        expected: "\(set.arity), with commas between")
    }
    var ids: [Int32] = []
    for part in parts {
      guard let id = elements.find(part) else { return nil }
      ids.append(id)
    }
    return set.position(of: ids)
  }

  static func trimmed(_ text: Substring) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  private func noMember(_ key: DocumentScalar, _ set: IndexSet, _ owner: String) -> ReadError {
    let known = set.arity == 1 ? set.members.prefix(2000).map { elements.texts[Int($0)] } : []
    let near = NearestName.of(key.text, in: known)
    return source.error(
      at: key.offset, "\(owner) has no member \(key.text.prefix(60))",
      expected: near.map { "\($0) (did you mean that?)" } ?? "a member of its set")
  }
}
