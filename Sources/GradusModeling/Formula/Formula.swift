// SPDX-License-Identifier: Apache-2.0

/// Where the formulas of one model are kept while it is being written. Belongs to one task.
package final class FormulaStore {
  package var graph = FormulaGraph()
  package init() {}
}

/// An algebraic expression in the variables of a `Model`: written with `+ - * /`, `**`, `exp`, `log`, `sin`, …
///
///     let x = model.variable("x"), y = model.variable("y", in: 0...10)
///     model.minimize(100 * (y - x ** 2) ** 2 + (1 - x) ** 2)
///
/// A handle of a few words; equal expressions are stored once. Formulas of different models cannot be combined, and a
/// formula belongs to the task that writes the model.
public struct Formula: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  package enum Content {
    case number(Double)
    case node(FormulaStore, FormulaGraph.Node)
  }
  package var content: Content

  package init(_ store: FormulaStore, _ node: FormulaGraph.Node) {
    content = store.graph.constant(at: node).map { .number($0) } ?? .node(store, node)
  }

  /// A number.
  public init(_ value: Double) { content = .number(value) }
  public init(floatLiteral value: Double) { self.init(value) }
  public init(integerLiteral value: Int) { self.init(Double(value)) }

  package var store: FormulaStore? {
    if case .node(let store, _) = content { store } else { nil }
  }

  /// The node of this formula in the graph of `store`.
  package func node(in store: FormulaStore) -> FormulaGraph.Node {
    switch content {
    case .number(let value): return store.graph.constant(value)
    case .node(let own, let node):
      precondition(own === store, "formulas of different models cannot be combined")
      return node
    }
  }

  /// Builds in the store of the first formula that has one; numbers alone are computed on the spot.
  private static func build(
    _ formulas: [Formula], _ make: (inout FormulaGraph, [FormulaGraph.Node]) -> FormulaGraph.Node
  ) -> Formula {
    let store = formulas.lazy.compactMap(\.store).first ?? FormulaStore()
    let nodes = formulas.map { $0.node(in: store) }
    return Formula(store, make(&store.graph, nodes))
  }

  static func unary(_ operation: FormulaOperation, _ a: Formula) -> Formula {
    build([a]) { $0.unary(operation, $1[0]) }
  }

  static func binary(_ operation: FormulaOperation, _ a: Formula, _ b: Formula) -> Formula {
    build([a, b]) { $0.binary(operation, $1[0], $1[1]) }
  }

  /// Σ of any number of formulas as one node: the way to write long sums.
  public static func sum(_ terms: some Sequence<Formula>) -> Formula {
    build(Array(terms)) { graph, nodes in graph.sum(nodes.map { (1, $0) }) }
  }

  /// if condition then a else b; the condition is a comparison made with `Formula.less` and its like, or any formula
  /// (every number except 0 is true).
  public static func conditional(_ condition: Formula, then a: Formula, otherwise b: Formula) -> Formula {
    build([condition, a, b]) { $0.conditional($1[0], $1[1], $1[2]) }
  }

  /// −a.
  public static prefix func - (a: Formula) -> Formula { build([a]) { $0.negated($1[0]) } }
  /// a + b. Long sums are written with `sum(_:)`, which makes one node of all terms.
  public static func + (a: Formula, b: Formula) -> Formula { build([a, b]) { $0.sum([(1, $1[0]), (1, $1[1])]) } }
  /// a − b.
  public static func - (a: Formula, b: Formula) -> Formula { build([a, b]) { $0.sum([(1, $1[0]), (-1, $1[1])]) } }
  /// a·b. A formula times itself becomes its square.
  public static func * (a: Formula, b: Formula) -> Formula { build([a, b]) { $0.product($1[0], $1[1]) } }
  /// a/b: infinite or not a number at points where b is 0.
  public static func / (a: Formula, b: Formula) -> Formula { build([a, b]) { $0.quotient($1[0], $1[1]) } }
  /// aᵇ: defined for a > 0, and where the exponent is a whole number for a < 0 as well.
  public static func ** (a: Formula, b: Formula) -> Formula { build([a, b]) { $0.power($1[0], $1[1]) } }

  /// a + b with a number that is no literal.
  @_disfavoredOverload
  public static func + <Number: BinaryFloatingPoint>(a: Formula, b: Number) -> Formula { a + Formula(Double(b)) }
  /// a + b with a number that is no literal.
  @_disfavoredOverload
  public static func + <Number: BinaryFloatingPoint>(a: Number, b: Formula) -> Formula { Formula(Double(a)) + b }
  /// a − b with a number that is no literal.
  @_disfavoredOverload
  public static func - <Number: BinaryFloatingPoint>(a: Formula, b: Number) -> Formula { a - Formula(Double(b)) }
  /// a − b with a number that is no literal.
  @_disfavoredOverload
  public static func - <Number: BinaryFloatingPoint>(a: Number, b: Formula) -> Formula { Formula(Double(a)) - b }
  /// a·b with a number that is no literal.
  @_disfavoredOverload
  public static func * <Number: BinaryFloatingPoint>(a: Formula, b: Number) -> Formula { a * Formula(Double(b)) }
  /// a·b with a number that is no literal.
  @_disfavoredOverload
  public static func * <Number: BinaryFloatingPoint>(a: Number, b: Formula) -> Formula { Formula(Double(a)) * b }
  /// a/b with a number that is no literal.
  @_disfavoredOverload
  public static func / <Number: BinaryFloatingPoint>(a: Formula, b: Number) -> Formula { a / Formula(Double(b)) }
  /// a/b with a number that is no literal.
  @_disfavoredOverload
  public static func / <Number: BinaryFloatingPoint>(a: Number, b: Formula) -> Formula { Formula(Double(a)) / b }
  /// aᵇ with a number that is no literal.
  @_disfavoredOverload
  public static func ** <Number: BinaryFloatingPoint>(a: Formula, b: Number) -> Formula { a ** Formula(Double(b)) }

  /// Replaces a by a + b. A loop of these nests one sum a turn; `sum(_:)` does not.
  public static func += (a: inout Formula, b: Formula) { a = a + b }
  /// Replaces a by a − b.
  public static func -= (a: inout Formula, b: Formula) { a = a - b }
  /// Replaces a by a·b.
  public static func *= (a: inout Formula, b: Formula) { a = a * b }
}

precedencegroup ExponentiationPrecedence {
  higherThan: MultiplicationPrecedence
  associativity: right
}

/// Power. Binds more tightly than `*`; `-x ** 2` is (−x)², as prefix operators bind first in Swift.
infix operator ** : ExponentiationPrecedence
