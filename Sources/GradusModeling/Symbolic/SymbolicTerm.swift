// SPDX-License-Identifier: Apache-2.0

/// What a rewriter may know of a term: nothing else of a type is ever looked at.
///
/// Operations of compound terms are those of `FormulaOperation`. Sums and products take any number of arguments; a power
/// is `.power` of two arguments, also where the exponent is a number; a multiple is a product with a number.
public protocol SymbolicTerm: Hashable {
  /// True for an operation with arguments, false for a variable or a number.
  var isCompound: Bool { get }
  /// The operation of a compound term.
  var operation: FormulaOperation { get }
  /// The arguments of a compound term.
  var arguments: [Self] { get }
  /// The value of a leaf that is a number.
  var number: Double? { get }
  /// A term of another operation or other arguments in the place of this one, whose metadata a type may hand on.
  func makeSimilar(_ operation: FormulaOperation, _ arguments: [Self]) -> Self
  /// A number in the place of this term.
  func makeNumber(_ value: Double) -> Self
}

/// A formula as a term: sums with their multiples, products of any number of factors, powers.
///
/// Equal formulas are equal terms, as they are stored once.
public struct FormulaTerm: SymbolicTerm {
  public let formula: Formula

  public init(_ formula: Formula) { self.formula = formula }

  public static func == (a: Self, b: Self) -> Bool {
    switch (a.formula.content, b.formula.content) {
    case (.number(let x), .number(let y)): x == y || x.isNaN && y.isNaN
    case (.node(let s, let x), .node(let t, let y)): s === t && x == y
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch formula.content {
    case .number(let value): hasher.combine(value)
    case .node(_, let node): hasher.combine(node)
    }
  }

  public var number: Double? {
    if case .number(let value) = formula.content { value } else { nil }
  }

  public var isCompound: Bool {
    guard case .node(let store, let node) = formula.content else { return false }
    return store.graph.operations[Int(node)].arity != 0
  }

  public var operation: FormulaOperation {
    guard case .node(let store, let node) = formula.content else { return .constant }
    switch store.graph.operations[Int(node)] {
    case .square, .constantPower: return .power
    case .sum where store.graph.numbers[Int(node)] == 0 && store.graph.range(of: node).count == 1: return .product
    case let other: return other
    }
  }

  public var arguments: [FormulaTerm] {
    guard case .node(let store, let node) = formula.content else { return [] }
    let graph = store.graph
    let places = graph.range(of: node)
    func term(_ p: Int) -> FormulaTerm { FormulaTerm(Formula(store, graph.arguments[p])) }
    switch graph.operations[Int(node)] {
    case .square: return [term(places.lowerBound), FormulaTerm(2)]
    case .constantPower: return [term(places.lowerBound), FormulaTerm(Formula(graph.numbers[Int(node)]))]
    case .sum:
      if graph.numbers[Int(node)] == 0, places.count == 1 {
        return [FormulaTerm(Formula(graph.weights[places.lowerBound]))] + factors(of: term(places.lowerBound))
      }
      return addends(of: node, store)
    case .product: return factors(of: self)
    default: return places.map(term)
    }
  }

  /// The number, if any, and the terms of nested sums, left to right.
  private func addends(of root: FormulaGraph.Node, _ store: FormulaStore) -> [FormulaTerm] {
    var offset = 0.0
    var result: [FormulaTerm] = []
    var stack: [(weight: Double, node: FormulaGraph.Node)] = [(1, root)]
    while let (weight, node) = stack.popLast() {
      let graph = store.graph
      if graph.operations[Int(node)] == .sum {
        offset += weight * graph.numbers[Int(node)]
        for p in graph.range(of: node).reversed() { stack.append((weight * graph.weights[p], graph.arguments[p])) }
      } else {
        let term = Formula(store, node)
        result.append(FormulaTerm(weight == 1 ? term : weight * term))
      }
    }
    return offset == 0 ? result : [FormulaTerm(Formula(offset))] + result
  }

  /// The factors of nested products, left to right.
  private func factors(of term: FormulaTerm) -> [FormulaTerm] {
    guard case .node(let store, let node) = term.formula.content else { return [term] }
    var result: [FormulaTerm] = []
    var stack = [node]
    while let next = stack.popLast() {
      if store.graph.operations[Int(next)] == .product {
        stack.append(store.graph.argument(1, of: next))
        stack.append(store.graph.argument(0, of: next))
      } else {
        result.append(FormulaTerm(Formula(store, next)))
      }
    }
    return result
  }

  public func makeNumber(_ value: Double) -> FormulaTerm { FormulaTerm(Formula(value)) }

  public func makeSimilar(_ operation: FormulaOperation, _ arguments: [FormulaTerm]) -> FormulaTerm {
    let formulas = arguments.map(\.formula)
    switch operation {
    case .sum: return FormulaTerm(.sum(formulas))
    case .product: return FormulaTerm(formulas.dropFirst().reduce(formulas.first ?? 1) { $0 * $1 })
    case .conditional: return FormulaTerm(.conditional(formulas[0], then: formulas[1], otherwise: formulas[2]))
    default:
      return FormulaTerm(
        operation.arity == 1 ? .unary(operation, formulas[0]) : .binary(operation, formulas[0], formulas[1]))
    }
  }
}
