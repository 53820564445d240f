// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// Formulas as people write them, with the names of the variables.
public struct FormulaText: Sendable {
  let graph: FormulaGraph
  let names: NameTable
  /// Longer texts are cut in the middle with `…`.
  public var limit: Int

  public init(_ program: FormulaProgram, limit: Int = 200) {
    graph = program.graph
    names = program.linear.columnNames
    self.limit = limit
  }

  /// How tightly an operation binds, as in every programming language.
  private enum Level: Int { case condition, comparison, sum, product, power, atom }

  /// The text of a node. Parts that lie deeper than `limit` levels or exceed its length are written as `…`.
  public func text(of node: FormulaGraph.Node) -> String {
    var budget = limit
    return write(node, 0, &budget).text
  }

  // Recursion ends after `limit` levels, as each level spends at least one character of the budget.
  private func write(_ node: FormulaGraph.Node, _ depth: Int, _ budget: inout Int) -> (text: String, level: Level) {
    guard budget > 0, depth < 100 else { return ("…", .atom) }
    budget -= 1
    let operation = graph.operations[Int(node)]
    let range = graph.range(of: node)
    func argument(_ k: Int, _ level: Level, _ budget: inout Int) -> String {
      let (text, own) = write(graph.arguments[range.lowerBound + k], depth + 1, &budget)
      return own.rawValue < level.rawValue ? "(\(text))" : text
    }
    switch operation {
    case .constant:
      let text = TextBuffer.shortest(graph.numbers[Int(node)])
      budget -= text.utf8.count
      return (text, text.hasPrefix("-") ? .sum : .atom)
    case .variable, .parameter:
      let index = Int(graph.numbers[Int(node)])
      let text = operation == .variable && index < names.count ? names[index] : "p\(index)"
      budget -= text.utf8.count
      return (text, .atom)
    case .sum: return (sum(node, depth, &budget), .sum)
    case .product:
      return (argument(0, .product, &budget) + "*" + argument(1, .product, &budget), .product)
    case .quotient: return (argument(0, .product, &budget) + "/" + argument(1, .power, &budget), .product)
    case .square: return (argument(0, .atom, &budget) + "^2", .power)
    case .constantPower:
      let exponent = TextBuffer.shortest(graph.numbers[Int(node)])
      return (argument(0, .atom, &budget) + "^" + (exponent.hasPrefix("-") ? "(\(exponent))" : exponent), .power)
    case .power: return (argument(0, .atom, &budget) + "^" + argument(1, .atom, &budget), .power)
    case .less, .lessOrEqual, .equal, .greaterOrEqual, .greater, .notEqual:
      return (argument(0, .sum, &budget) + " \(operation.symbol) " + argument(1, .sum, &budget), .comparison)
    case .and, .or:
      return (
        argument(0, .comparison, &budget) + " \(operation.symbol) " + argument(1, .comparison, &budget), .condition
      )
    case .not: return ("not " + argument(0, .atom, &budget), .condition)
    case .conditional:
      let condition = argument(0, .condition, &budget)
      return ("if \(condition) then \(argument(1, .sum, &budget)) else \(argument(2, .sum, &budget))", .condition)
    default:
      let arguments = range.indices.map { argument($0 - range.lowerBound, .condition, &budget) }
      return ("\(operation.symbol)(\(arguments.joined(separator: ", ")))", .atom)
    }
  }

  private func sum(_ node: FormulaGraph.Node, _ depth: Int, _ budget: inout Int) -> String {
    var text = ""
    for p in graph.range(of: node) {
      guard budget > 0 else { return text + " + …" }
      let weight = graph.weights[p]
      let (term, level) = write(graph.arguments[p], depth + 1, &budget)
      let size = TextBuffer.shortest(abs(weight))
      budget -= size.utf8.count
      let isLoose =
        abs(weight) == 1
        ? level.rawValue < Level.sum.rawValue || (level == .sum && weight < 0) : level.rawValue < Level.product.rawValue
      let body = (abs(weight) == 1 ? "" : size + "*") + (isLoose ? "(\(term))" : term)
      text += text.isEmpty ? (weight < 0 ? "-" : "") + body : (weight < 0 ? " - " : " + ") + body
    }
    let offset = graph.numbers[Int(node)]
    if offset != 0 { text += (offset < 0 ? " - " : " + ") + TextBuffer.shortest(abs(offset)) }
    return text
  }
}
