// SPDX-License-Identifier: Apache-2.0

/// Numbers that generic code can compute with and formulas it can be traced with; functions are those of `Symbolic`.
///
///     func drag<N: SymbolicNumber>(_ v: N) -> N { 0.5 * v * v * Symbolic.exp(-v) }
///     drag(2.0)                                                  // a number
///     let traced = TracedFunction(1) { [drag($0[0])] }           // its formula
public protocol SymbolicNumber: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// The number itself, or a constant.
  init(_ value: Double)
  /// The negative.
  static prefix func - (a: Self) -> Self
  /// The sum.
  static func + (a: Self, b: Self) -> Self
  /// The difference.
  static func - (a: Self, b: Self) -> Self
  /// The product.
  static func * (a: Self, b: Self) -> Self
  /// The quotient.
  static func / (a: Self, b: Self) -> Self
  /// An operation of one argument.
  static func symbolic(_ operation: FormulaOperation, _ a: Self) -> Self
  /// An operation of two arguments.
  static func symbolic(_ operation: FormulaOperation, _ a: Self, _ b: Self) -> Self
  /// The first value where the condition is not 0, the second elsewhere.
  static func symbolicChoice(_ condition: Self, _ a: Self, _ b: Self) -> Self
}

extension Double: SymbolicNumber {
  public static func symbolic(_ operation: FormulaOperation, _ a: Double) -> Double { operation.value(a) }
  /// An operation of two arguments.
  public static func symbolic(_ operation: FormulaOperation, _ a: Double, _ b: Double) -> Double {
    operation.value(a, b)
  }
  /// The first value where the condition is not 0, the second elsewhere.
  public static func symbolicChoice(_ condition: Double, _ a: Double, _ b: Double) -> Double {
    condition != 0 ? a : b
  }
}

extension Formula: SymbolicNumber {
  public static func symbolic(_ operation: FormulaOperation, _ a: Formula) -> Formula { unary(operation, a) }
  /// An operation of two arguments.
  public static func symbolic(_ operation: FormulaOperation, _ a: Formula, _ b: Formula) -> Formula {
    binary(operation, a, b)
  }
  /// The first value where the condition is not 0, the second elsewhere.
  public static func symbolicChoice(_ condition: Formula, _ a: Formula, _ b: Formula) -> Formula {
    conditional(condition, then: a, otherwise: b)
  }
}

/// Functions of numbers and formulas alike.
public enum Symbolic {
  /// aᵇ.
  public static func pow<N: SymbolicNumber>(_ a: N, _ b: N) -> N { .symbolic(.power, a, b) }
  /// eᵃ.
  public static func exp<N: SymbolicNumber>(_ a: N) -> N { .symbolic(.exponential, a) }
  /// The natural logarithm.
  public static func log<N: SymbolicNumber>(_ a: N) -> N { .symbolic(.logarithm, a) }
  /// The square root.
  public static func sqrt<N: SymbolicNumber>(_ a: N) -> N { .symbolic(.squareRoot, a) }
  /// The absolute value.
  public static func abs<N: SymbolicNumber>(_ a: N) -> N { .symbolic(.absolute, a) }
  /// The sine.
  public static func sin<N: SymbolicNumber>(_ a: N) -> N { .symbolic(.sine, a) }
  /// The cosine.
  public static func cos<N: SymbolicNumber>(_ a: N) -> N { .symbolic(.cosine, a) }
  /// The tangent.
  public static func tan<N: SymbolicNumber>(_ a: N) -> N { .symbolic(.tangent, a) }
  /// The arc tangent.
  public static func atan<N: SymbolicNumber>(_ a: N) -> N { .symbolic(.arcTangent, a) }
  /// The hyperbolic tangent.
  public static func tanh<N: SymbolicNumber>(_ a: N) -> N { .symbolic(.hyperbolicTangent, a) }
  /// The smaller of two.
  public static func min<N: SymbolicNumber>(_ a: N, _ b: N) -> N { .symbolic(.minimum, a, b) }
  /// The larger of two.
  public static func max<N: SymbolicNumber>(_ a: N, _ b: N) -> N { .symbolic(.maximum, a, b) }
  /// a where x < y, b elsewhere: what `if` is for numbers.
  public static func choose<N: SymbolicNumber>(where x: N, isLess y: N, _ a: N, otherwise b: N) -> N {
    .symbolicChoice(.symbolic(.less, x, y), a, b)
  }
}

/// A Swift function from n numbers to some numbers, run once on formulas.
///
/// What is recorded is the path taken: loops over fixed ranges are unrolled; a choice that depends on a value is written
/// with `Symbolic.choose`, as a formula has no value to branch on.
public struct TracedFunction: Sendable {
  public let graph: FormulaGraph
  public let results: [FormulaGraph.Node]
  public let variableCount: Int

  /// Runs the body once on formulas.
  public init(_ variableCount: Int, _ body: ([Formula]) throws -> [Formula]) rethrows {
    let store = FormulaStore()
    let variables = (0..<variableCount).map { Formula(store, store.graph.variable($0)) }
    let formulas = try body(variables)
    results = formulas.map { $0.node(in: store) }
    graph = store.graph
    self.variableCount = variableCount
  }

  /// Code for all results. Throws as `CodeTape` does.
  public func compiled(_ options: CodeTape.Options = .all) throws(FormulaTooLong) -> CodeTape {
    try CodeTape(graph, roots: results, variableCount: variableCount, options)
  }
}
