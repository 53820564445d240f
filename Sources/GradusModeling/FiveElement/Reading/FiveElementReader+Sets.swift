// SPDX-License-Identifier: Apache-2.0

/// Declarations and sets.
extension FiveElementReader {
  /// Registers all names, so that expressions can tell them apart before anything is loaded.
  func declare(_ sets: DocumentNode?, _ parameters: DocumentNode?, _ variables: DocumentNode?) throws(ReadError) {
    for entry in try entries(sets, "sets") {
      let name = try declare(entry.key, .set(self.sets.count))
      self.sets.append(SetEntry(name: name, node: entry.value))
    }
    for entry in try entries(parameters, "parameters") {
      let name = try declare(entry.key, .parameter(self.parameters.count))
      self.parameters.append(ParameterEntry(name: name, offset: entry.key.offset, node: entry.value))
    }
    for entry in try entries(variables, "variables") {
      let name = try declare(entry.key, .variable(self.variables.count))
      self.variables.append(VariableEntry(name: name, offset: entry.key.offset, node: entry.value))
    }
  }

  func entries(_ node: DocumentNode?, _ section: String) throws(ReadError) -> [DocumentNode.Entry] {
    guard let node else { return [] }
    switch node.content {
    case .mapping(let entries): return entries
    case .absent: return []
    default:
      throw source.error(at: node.offset, "\(section) is \(node.what)", expected: "names with a colon behind each")
    }
  }

  private func declare(_ key: DocumentScalar, _ symbol: ModelSymbol) throws(ReadError) -> String {
    let name = try identifier(key)
    if symbols.updateValue(symbol, forKey: name) != nil {
      throw source.error(at: key.offset, "\(name) is declared twice", expected: "different names")
    }
    return name
  }

  /// A name as expressions can write it: letters, digits and _, or anything in backquotes.
  private func identifier(_ key: DocumentScalar) throws(ReadError) -> String {
    var key = key
    key.comment = nil
    let isWord = key.text.utf8.first.map { ExpressionLexer.isNameStart($0) || $0 == UInt8(ascii: "`") || $0 >= 0x80 }
    guard isWord == true else { throw notAName(key) }
    let parser = try self.parser(key)
    if case .name(let name) = parser.token.kind, parser.tokens.count == 2 {
      if key.text.utf8.first == UInt8(ascii: "`") { return name }
      if ExpressionParser.functions[name] != nil || name == "card" {
        throw source.error(at: key.offset, "\(name) is a function", expected: "another name")
      }
      return name
    }
    if case .keyword(let word) = parser.token.kind, parser.tokens.count == 2 {
      throw source.error(at: key.offset, "\(word.rawValue) is a word of the language", expected: "another name")
    }
    throw notAName(key)
  }

  private func notAName(_ key: DocumentScalar) -> ReadError {
    source.error(
      at: key.offset, "\(key.text.prefix(60)) is no name", expected: "letters, digits and _, or the name in backquotes")
  }

  // MARK: Sets

  func loadSet(_ i: Int, from offset: Int? = nil) throws(ReadError) {
    if sets[i].state == .loaded { return }
    let place = offset ?? sets[i].node.offset
    guard sets[i].state == .pending else {
      throw source.error(
        at: place, "the set \(sets[i].name) is defined through itself", expected: "a definition without a circle")
    }
    sets[i].state = .loading
    try enterLoad(place)
    defer { loadDepth -= 1 }
    let outer = slots
    let set = try setValue(sets[i].node, sets[i].name)
    slots = outer
    sets[i].value = set
    sets[i].state = .loaded
  }

  /// Definitions that wait for later ones stand on the stack.
  func enterLoad(_ offset: Int) throws(ReadError) {
    loadDepth += 1
    guard loadDepth <= 50 else {
      throw source.error(
        at: offset, "more than 50 definitions wait for one another", expected: "definitions behind what they use")
    }
  }

  private func setValue(_ node: DocumentNode, _ name: String) throws(ReadError) -> IndexSet {
    switch node.content {
    case .absent: return try makeSet(1, [], [], node.offset, name)
    case .mapping:
      throw source.error(
        at: node.offset, "the set \(name) is a mapping", expected: "a list, first..last, or i in OTHER where …")
    case .scalar(let scalar):
      var parser = try self.parser(scalar)
      if parser.isIndexingAhead {
        let indexing = try parser.indexing()
        try parser.requireEnd()
        let members = try tuples(indexing, scalar.offset)
        return try makeSet(indexing.names.count, members, [], node.offset, name)
      }
      let set = try parser.set()
      try parser.requireEnd()
      let (arity, members) = try members(of: set, scalar.offset)
      return try makeSet(arity, members, [], node.offset, name)
    case .sequence(let items):
      var members: [Int32] = []
      var arity: Int?
      for item in items {
        let tuple = try self.tuple(item, name)
        if let arity, arity != tuple.count {
          throw source.error(
            at: item.offset, "a member of \(name) with \(tuple.count) parts", expected: "\(arity), like the others")
        }
        arity = tuple.count
        members += tuple
      }
      return try makeSet(arity ?? 1, members, items.map(\.offset), node.offset, name)
    }
  }

  private func tuple(_ item: DocumentNode, _ name: String) throws(ReadError) -> [Int32] {
    switch item.content {
    case .scalar(let scalar):
      if !scalar.isQuoted, scalar.text.contains("..") {
        throw source.error(
          at: scalar.offset, "a range inside the list of \(name)",
          expected: "\(name): \(scalar.text.prefix(40)) without brackets")
      }
      return [elements.intern(scalar.text)]
    case .sequence(let parts) where !parts.isEmpty:
      var tuple: [Int32] = []
      for part in parts {
        guard let scalar = part.scalar else {
          throw source.error(at: part.offset, "\(part.what) inside a tuple of \(name)", expected: "an element")
        }
        tuple.append(elements.intern(scalar.text))
      }
      return tuple
    default:
      throw source.error(
        at: item.offset, "\(item.what) as a member of \(name)", expected: "an element or a list of them")
    }
  }

  func makeSet(
    _ arity: Int, _ members: [Int32], _ places: [Int], _ offset: Int, _ name: String
  ) throws(ReadError) -> IndexSet {
    guard members.count / arity <= limits.members else {
      throw source.error(
        at: offset, "\(name) has more than \(limits.members) members", expected: "a smaller set")
    }
    switch IndexSet.make(arity: arity, members) {
    case .success(let set): return set
    case .failure(let repeated):
      let i = repeated.position
      let shown = members[(i * arity)..<((i + 1) * arity)].map { elements.texts[Int($0)] }.joined(separator: ",")
      throw source.error(
        at: places.isEmpty ? offset : places[i], "\(shown) stands twice in \(name)", expected: "every member once")
    }
  }

  /// The members of a set as expressions write it.
  func members(of set: SyntaxSet, _ offset: Int) throws(ReadError) -> (arity: Int, members: [Int32]) {
    switch set {
    case .named(let i):
      try loadSet(i, from: offset)
      return sets[i].value.map { ($0.arity, $0.members) } ?? (1, [])
    case .listed(let terms):
      var members: [Int32] = []
      for term in terms {
        switch try value(term, .exact) {
        case .element(let element): members.append(element)
        case .number(let number):
          guard number == number.rounded(), abs(number) < 1e15 else {
            throw error(
              term.offset, "\(TextBuffer.shortest(number)) as an element", expected: "a whole number or a name")
          }
          members.append(elements.intern(Int(number)))
        default: throw error(term.offset, "a formula as an element", expected: "a whole number or a name")
        }
      }
      return (1, members)
    case .range(let first, let last, let step):
      let low = try wholeNumber(first)
      let high = try wholeNumber(last)
      let stride = try step.map { term throws(ReadError) in try wholeNumber(term) } ?? 1
      guard stride > 0 else {
        throw error(step?.offset ?? first.offset, "the step \(stride)", expected: "a positive whole number")
      }
      if low > high { return (1, []) }
      guard (high - low) / stride < limits.members else {
        throw error(first.offset, "the range has more than \(limits.members) members", expected: "a smaller range")
      }
      var members: [Int32] = []
      for value in Swift.stride(from: low, through: high, by: stride) {
        try self.step(first.offset)
        members.append(elements.intern(value))
      }
      return (1, members)
    }
  }

  private func wholeNumber(_ term: SyntaxTerm) throws(ReadError) -> Int {
    let value = try number(term)
    guard value == value.rounded(), abs(value) < 1e15 else {
      throw error(term.offset, "\(TextBuffer.shortest(value)) as the end of a range", expected: "a whole number")
    }
    return Int(value)
  }

  /// All tuples of indices for which the condition holds, one behind the other.
  func tuples(_ indexing: SyntaxIndexing, _ offset: Int) throws(ReadError) -> [Int32] {
    var result: [Int32] = []
    try forEach(indexing, offset) { () throws(ReadError) in
      for slot in indexing.slots { result.append(slots[slot]) }
      guard result.count / indexing.slots.count <= limits.members else {
        throw error(offset, "more than \(limits.members) members", expected: "a smaller set")
      }
    }
    return result
  }

  /// Runs `body` once for each combination of indices for which the condition holds.
  func forEach(
    _ indexing: SyntaxIndexing, _ offset: Int, _ body: () throws(ReadError) -> Void
  ) throws(ReadError) {
    try forEach(indexing, offset, binder: 0, body)
  }

  private func forEach(
    _ indexing: SyntaxIndexing, _ offset: Int, binder: Int, _ body: () throws(ReadError) -> Void
  ) throws(ReadError) {
    guard binder < indexing.binders.count else {
      try step(offset)
      if let condition = indexing.condition, !(try truth(condition)) { return }
      return try body()
    }
    let own = indexing.binders[binder]
    let (arity, members) = try members(of: own.set, own.offset)
    while slots.count < own.slots.upperBound { slots.append(0) }
    for start in stride(from: 0, to: members.count, by: arity) {
      for k in 0..<arity { slots[own.slots.lowerBound + k] = members[start + k] }
      try forEach(indexing, offset, binder: binder + 1, body)
    }
  }
}
