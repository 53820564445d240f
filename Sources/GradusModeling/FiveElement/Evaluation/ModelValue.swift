// SPDX-License-Identifier: Apache-2.0

/// What an expression of a five-element model comes to.
enum ModelValue {
  case number(Double)
  case element(Int32)
  case node(FormulaGraph.Node)
  case truth(Bool)
  case condition(ModelCondition)
}

/// A statement about variables in negation normal form.
indirect enum ModelCondition {
  case constant(Bool)
  /// body `sign` 0; `offset` is its place in the source.
  case comparison(body: FormulaGraph.Node, sign: SyntaxTerm.Comparison, offset: Int)
  case and([ModelCondition])
  case or([ModelCondition])

  var negated: ModelCondition {
    switch self {
    case .constant(let value): .constant(!value)
    case .comparison(let body, let sign, let offset):
      .comparison(body: body, sign: sign.opposite, offset: offset)
    case .and(let parts): .or(parts.map(\.negated))
    case .or(let parts): .and(parts.map(\.negated))
    }
  }
}

extension SyntaxTerm.Comparison {
  /// What holds when this does not.
  var opposite: Self {
    switch self {
    case .less: .greaterOrEqual
    case .lessOrEqual: .greater
    case .equal: .notEqual
    case .greaterOrEqual: .less
    case .greater: .lessOrEqual
    case .notEqual: .equal
    }
  }
}

/// How exact the value of a linearised expression has to be, so that the rows that hold it imply the statement.
enum Exactness {
  /// At least (at most) the true value: enough where the expression is bounded from above (from below).
  case over, under
  case exact
  /// Inside a nonlinear function: what is continuous stays a formula.
  case inside

  func scaled(by weight: Double) -> Exactness {
    guard weight < 0 else { return self }
    return switch self {
    case .over: .under
    case .under: .over
    case .exact, .inside: self
    }
  }

  /// For the argument of a nonlinear increasing function.
  var argument: Exactness { self == .exact ? .inside : self }
}

/// A sum under construction: constant + Σ weight·node.
struct TermSum {
  var constant = 0.0
  var terms: [(weight: Double, node: FormulaGraph.Node)] = []
}
