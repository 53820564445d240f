// SPDX-License-Identifier: Apache-2.0

/// Which set, parameter, variable, element and constraint of a second statement is which of the first: by name, and where names
/// differ by what they hold. Everything is by the names of the second statement.
package struct StatementMatching: Sendable {
  package private(set) var sets: [String: String] = [:]
  package private(set) var parameters: [String: String] = [:]
  package private(set) var variables: [String: String] = [:]
  package private(set) var constraints: [String: String] = [:]
  /// Elements, by the name of the first statement's set and their parts joined with commas.
  private var elements: [String: [[String]: [String]]] = [:]
  private var parts: [String: String] = [:]

  package init(_ first: FiveElementStatement, _ second: FiveElementStatement) {
    sets = Self.matched(first.sets, second.sets, \.name) { a, b in
      a.elements.count == b.elements.count ? (Set(a.elements) == Set(b.elements) ? 2 : 1) : 0
    }
    for set in second.sets {
      guard let name = sets[set.name], let partner = first.sets.first(where: { $0.name == name }) else { continue }
      let known = Set(partner.elements)
      var image: [[String]: [String]] = [:]
      for (k, element) in set.elements.enumerated() {
        let isKnown = known.contains(element) || set.elements.count != partner.elements.count
        let target = isKnown ? element : partner.elements[k]
        image[element] = target
        for (a, b) in zip(element, target) { parts[a] = b }
      }
      elements[set.name] = image
    }
    parameters = Self.matched(first.parameters, second.parameters, \.name) { a, b in
      guard a.values.count == b.values.count, a.over.count == b.over.count else { return 0 }
      return zip(a.values.sorted(), b.values.sorted()).allSatisfy { NumberClasses.areEqual($0, $1) } ? 3 : 1
    }
    variables = Self.matched(first.variables, second.variables, \.name) { [sets] a, b in
      guard a.over.count == b.over.count else { return 0 }
      return 1 + (a.over == b.over.map { sets[$0] ?? $0 } ? 2 : 0) + (a.kind == b.kind ? 1 : 0)
    }
    let words = first.constraints.map { Set(normal($0, isSecond: false)) }
    let others = second.constraints.map { Set(normal($0, isSecond: true)) }
    let places = Dictionary(first.constraints.enumerated().map { ($1.name, $0) }) { a, _ in a }
    let otherPlaces = Dictionary(second.constraints.enumerated().map { ($1.name, $0) }) { a, _ in a }
    constraints = Self.matched(first.constraints, second.constraints, \.name) { a, b in
      guard let k = places[a.name], let l = otherPlaces[b.name] else { return 0 }
      let common = words[k].intersection(others[l]).count
      // Half of the words in common, or it is another constraint.
      return 4 * common >= words[k].count + others[l].count ? 1 + common : 0
    }
  }

  /// Partners by equal names; then, of the rest, again and again the pair with the highest score above 0, the earliest first.
  private static func matched<Item>(
    _ first: [Item], _ second: [Item], _ name: (Item) -> String, _ score: (Item, Item) -> Int
  ) -> [String: String] {
    var result: [String: String] = [:]
    var taken = Set<String>()
    let names = Set(first.map(name))
    for item in second where names.contains(name(item)) {
      result[name(item)] = name(item)
      taken.insert(name(item))
    }
    var pairs: [(score: Int, first: Int, second: Int)] = []
    for (k, a) in first.enumerated() where !taken.contains(name(a)) {
      for (l, b) in second.enumerated() where result[name(b)] == nil {
        let value = score(a, b)
        if value > 0 { pairs.append((value, k, l)) }
      }
    }
    for pair in pairs.sorted(by: { ($1.score, $0.first, $0.second) < ($0.score, $1.first, $1.second) }) {
      let (a, b) = (name(first[pair.first]), name(second[pair.second]))
      guard !taken.contains(a), result[b] == nil else { continue }
      result[b] = a
      taken.insert(a)
    }
    return result
  }

  /// An element of a set of the second statement in the words of the first.
  package func element(_ element: [String], of set: String) -> [String] { elements[set]?[element] ?? element }

  /// The words of a constraint in the names of the first statement, indices numbered as they appear.
  func normal(_ constraint: FiveElementStatement.Constraint, isSecond: Bool) -> [String] {
    let (head, body) = words(constraint, isSecond: isSecond)
    return head + ["|"] + body.map(\.text)
  }

  /// A word of a normal form.
  struct Word: Hashable {
    var text: String
    var number: Double?
    var isIndex = false
  }

  /// The words of the indices and of the formula of a constraint.
  func words(
    _ constraint: FiveElementStatement.Constraint, isSecond: Bool
  ) -> (head: [String], body: [Word]) {
    var bound: [String: String] = [:]
    let head = words(constraint.indices, &bound, isIndexing: true, isSecond: isSecond)
    return (head.map(\.text), words(constraint.text, &bound, isIndexing: false, isSecond: isSecond))
  }

  /// The words of a text. `bound` has the indices in force, by name.
  func words(_ text: String, _ bound: inout [String: String], isIndexing: Bool, isSecond: Bool) -> [Word] {
    guard let expression = ExpressionPieces(text) else { return text.isEmpty ? [] : [Word(text: text)] }
    for place in expression.binders(isIndexing: isIndexing) {
      guard let name = expression.pieces[place].name else { continue }
      bound[name] = "#\(bound.count)"
    }
    return expression.pieces.map { piece in
      switch piece.kind {
      case .number(let value): Word(text: TextBuffer.shortest(value), number: value)
      case .name(let name):
        bound[name].map { Word(text: $0, isIndex: true) } ?? Word(text: isSecond ? translated(name) : name)
      case .element(let text): Word(text: isSecond ? parts[text] ?? text : text)
      case .keyword(let word), .sign(let word): Word(text: word)
      }
    }
  }

  private func translated(_ name: String) -> String {
    parameters[name] ?? variables[name] ?? sets[name] ?? parts[name] ?? name
  }
}
