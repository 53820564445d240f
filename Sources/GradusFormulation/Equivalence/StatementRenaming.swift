// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// New names for everything that a statement names, but for elements that are numbers.
struct StatementRenaming {
  private var symbols: [String: String] = [:]
  private var elements: [String: String] = [:]
  private var rows: [String: String] = [:]
  private let indexNumber: Int

  init(_ statement: FiveElementStatement, _ stream: inout RandomStream) {
    func numbered(_ names: [String], _ prefix: String) -> [(String, String)] {
      let order = stream.permutation(names.count)
      return names.enumerated().map { ($1, "\(prefix)\(order[$0] + 1)") }
    }
    let declared =
      numbered(statement.sets.map(\.name), "Set") + numbered(statement.parameters.map(\.name), "par")
      + numbered(statement.variables.map(\.name), "var")
    symbols = Dictionary(declared) { first, _ in first }
    var seen: Set<String> = []
    let words = statement.sets.flatMap { $0.elements.flatMap { $0 } }.filter {
      seen.insert($0).inserted && Double($0) == nil
    }
    elements = Dictionary(numbered(words, "el")) { first, _ in first }
    rows = Dictionary(numbered(statement.constraints.map(\.name), "row")) { first, _ in first }
    indexNumber = stream.integer(below: 100)
  }

  func renamed(_ statement: FiveElementStatement) -> FiveElementStatement {
    var result = statement
    for k in result.sets.indices {
      result.sets[k].name = symbol(statement.sets[k].name)
      result.sets[k].elements = statement.sets[k].elements.map { $0.map { elements[$0] ?? $0 } }
    }
    for k in result.parameters.indices {
      result.parameters[k].name = symbol(statement.parameters[k].name)
      result.parameters[k].over = statement.parameters[k].over.map { symbol($0) }
    }
    for k in result.variables.indices {
      let old = statement.variables[k]
      result.variables[k].name = symbol(old.name)
      result.variables[k].over = old.over.map { symbol($0) }
      result.variables[k].indices = old.indices.map { index($0) }
      result.variables[k].lower = old.lower.map { text($0, old.indices) }
      result.variables[k].upper = old.upper.map { text($0, old.indices) }
    }
    result.objective = text(statement.objective, [])
    for k in result.constraints.indices {
      let old = statement.constraints[k]
      let head = ExpressionPieces(old.indices)
      let bound = head.map { head in head.binders(isIndexing: true).compactMap { head.pieces[$0].name } } ?? []
      result.constraints[k].name = rows[old.name] ?? old.name
      result.constraints[k].indices = text(old.indices, bound)
      result.constraints[k].text = text(old.text, bound)
    }
    return result
  }

  private func symbol(_ name: String) -> String { symbols[name] ?? name }

  private func index(_ name: String) -> String { "\(name)_\(indexNumber)" }

  /// The text with new names; `bound` are indices that come from outside it.
  private func text(_ text: String, _ bound: [String]) -> String {
    guard var expression = ExpressionPieces(text) else { return text }
    var indices = Set(bound)
    for k in expression.binders(isIndexing: false) { if let name = expression.pieces[k].name { indices.insert(name) } }
    for k in expression.pieces.indices {
      switch expression.pieces[k].kind {
      case .name(let name):
        let new = indices.contains(name) ? index(name) : symbols[name] ?? elements[name] ?? name
        expression.pieces[k].kind = .name(new)
      case .element(let text): expression.pieces[k].kind = .element(elements[text] ?? text)
      default: break
      }
    }
    return expression.text
  }
}
