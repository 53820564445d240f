// SPDX-License-Identifier: Apache-2.0

/// An expression of a five-element model with its names resolved. Chains such as a + b − c are one term, so that depth
/// comes from brackets alone, which the parser limits.
struct SyntaxTerm: Sendable {
  indirect enum Kind: Sendable {
    case number(Double)
    /// An element of a set, written in the expression.
    case element(Int32)
    /// An index, by its slot.
    case local(Int)
    case parameter(Int, [SyntaxTerm])
    case variable(Int, [SyntaxTerm])
    case sum([Part])
    /// `flips` means division.
    case product([Part])
    case power(SyntaxTerm, SyntaxTerm)
    case call(FormulaOperation, [SyntaxTerm])
    /// How many members a set has.
    case count(SyntaxSet)
    case fold(Fold, SyntaxIndexing, SyntaxTerm)
    case conditional(SyntaxTerm, SyntaxTerm, SyntaxTerm)
    case comparison([SyntaxTerm], [Comparison])
    case and([SyntaxTerm])
    case or([SyntaxTerm])
    case not(SyntaxTerm)
    case implies(SyntaxTerm, SyntaxTerm)
    case member([SyntaxTerm], SyntaxSet)
  }

  /// One part of a sum or product; `flips` for − and /.
  struct Part: Sendable {
    var flips: Bool
    var term: SyntaxTerm
  }

  enum Fold: String, Sendable { case sum, prod, min, max }

  enum Comparison: String, Sendable {
    case less = "<"
    case lessOrEqual = "<="
    case equal = "=="
    case greaterOrEqual = ">="
    case greater = ">"
    case notEqual = "!="

    var isStrict: Bool { self == .less || self == .greater || self == .notEqual }

    func holds(_ a: Double, _ b: Double) -> Bool {
      switch self {
      case .less: a < b
      case .lessOrEqual: a <= b
      case .equal: a == b
      case .greaterOrEqual: a >= b
      case .greater: a > b
      case .notEqual: a != b
      }
    }
  }

  /// Where it stands, as an offset into the source.
  let offset: Int
  let kind: Kind
  /// True when a variable occurs in it.
  let hasVariables: Bool

  init(offset: Int, kind: Kind) {
    self.offset = offset
    self.kind = kind
    switch kind {
    case .number, .element, .local, .count: hasVariables = false
    case .variable: hasVariables = true
    case .parameter(_, let terms), .call(_, let terms), .and(let terms), .or(let terms), .comparison(let terms, _),
      .member(let terms, _):
      hasVariables = terms.contains(where: \.hasVariables)
    case .sum(let parts), .product(let parts): hasVariables = parts.contains { $0.term.hasVariables }
    case .power(let a, let b), .implies(let a, let b): hasVariables = a.hasVariables || b.hasVariables
    case .not(let a), .fold(_, _, let a): hasVariables = a.hasVariables
    case .conditional(let c, let a, let b): hasVariables = c.hasVariables || a.hasVariables || b.hasVariables
    }
  }
}

/// What an index runs over.
indirect enum SyntaxSet: Sendable {
  case named(Int)
  /// first, first + step, … up to last
  case range(SyntaxTerm, SyntaxTerm, step: SyntaxTerm?)
  case listed([SyntaxTerm])
}

/// `i in I, (j, k) in ARCS where condition`.
struct SyntaxIndexing: Sendable {
  struct Binder: Sendable {
    /// Slots and names of the indices, one a subscript of the set.
    var slots: Range<Int>
    var names: [String]
    var set: SyntaxSet
    var offset: Int
  }
  var binders: [Binder] = []
  var condition: SyntaxTerm?

  /// Slots of all indices, in order.
  var slots: [Int] { binders.flatMap { Array($0.slots) } }
  var names: [String] { binders.flatMap(\.names) }
}
