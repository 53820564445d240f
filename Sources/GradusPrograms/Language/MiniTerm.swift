// SPDX-License-Identifier: Apache-2.0

/// What has a value: a literal, a variable, an operation, a call.
public struct MiniTerm: Sendable, Hashable, CustomStringConvertible {
  /// The kinds of terms.
  public indirect enum Form: Sendable, Hashable {
    case int(Int)
    case float(Double)
    case string(String)
    case bool(Bool)
    case list([MiniTerm])
    case variable(String)
    case negated(MiniTerm)
    case not(MiniTerm)
    case binary(MiniOperator, MiniTerm, MiniTerm)
    case index(MiniTerm, MiniTerm)
    case call(String, [MiniTerm])
  }

  public let form: Form
  public let place: MiniPlace
  /// Levels of terms, this one included. Known to each term, so that no depth is ever walked to learn that it is too deep.
  public let depth: Int

  public init(_ form: Form, at place: MiniPlace = MiniPlace()) {
    self.form = form
    self.place = place
    depth = 1 + Self.children(of: form).reduce(0) { max($0, $1.depth) }
  }

  /// Its direct parts, from the left.
  public var children: [MiniTerm] { Self.children(of: form) }

  /// How many terms it is made of.
  public var size: Int { children.reduce(1) { $0 + $1.size } }

  private static func children(of form: Form) -> [MiniTerm] {
    switch form {
    case .int, .float, .string, .bool, .variable: []
    case .list(let items), .call(_, let items): items
    case .negated(let term), .not(let term): [term]
    case .binary(_, let left, let right), .index(let left, let right): [left, right]
    }
  }

  /// The same with each direct part replaced.
  public func mapChildren(_ change: (MiniTerm) -> MiniTerm) -> MiniTerm {
    switch form {
    case .int, .float, .string, .bool, .variable: self
    case .list(let items): MiniTerm(.list(items.map(change)), at: place)
    case .call(let name, let items): MiniTerm(.call(name, items.map(change)), at: place)
    case .negated(let term): MiniTerm(.negated(change(term)), at: place)
    case .not(let term): MiniTerm(.not(change(term)), at: place)
    case .binary(let op, let left, let right): MiniTerm(.binary(op, change(left), change(right)), at: place)
    case .index(let base, let index): MiniTerm(.index(change(base), change(index)), at: place)
    }
  }

  public var description: String { MiniPrinter.text(of: self) }

  /// The variables in it, with repetitions, from the left.
  public var variables: [String] {
    if case .variable(let name) = form { return [name] }
    return children.flatMap(\.variables)
  }

  /// The functions that it calls, with repetitions.
  public var calls: [String] {
    let inner = children.flatMap(\.calls)
    if case .call(let name, _) = form { return [name] + inner }
    return inner
  }
}
