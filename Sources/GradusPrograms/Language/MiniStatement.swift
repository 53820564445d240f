// SPDX-License-Identifier: Apache-2.0

/// What is done: one line of a program, with those inside it.
public struct MiniStatement: Sendable, Hashable {
  /// The kinds of statements.
  public indirect enum Form: Sendable, Hashable {
    /// `let name: type = value`; the type may be left out where the value tells it.
    case declare(String, MiniType?, MiniTerm)
    /// `name = value`
    case assign(String, MiniTerm)
    /// `name[i][j] = value`
    case assignElement(String, [MiniTerm], MiniTerm)
    /// `push(name, value)`: one more element at the end of a list, in its place.
    case push(String, MiniTerm)
    case branch(MiniTerm, then: [MiniStatement], otherwise: [MiniStatement])
    case loop(MiniTerm, [MiniStatement])
    /// `for name in from..<to { … }`
    case count(String, from: MiniTerm, to: MiniTerm, [MiniStatement])
    /// `for name in list { … }`
    case each(String, MiniTerm, [MiniStatement])
    case give(MiniTerm)
    /// A call for what it does; its value is dropped.
    case call(MiniTerm)
  }

  public let form: Form
  public let place: MiniPlace
  /// Levels of statements and terms, this one included.
  public let depth: Int

  public init(_ form: Form, at place: MiniPlace = MiniPlace()) {
    self.form = form
    self.place = place
    let terms = Self.terms(of: form).reduce(0) { max($0, $1.depth) }
    depth = 1 + Self.blocks(of: form).joined().reduce(terms) { max($0, $1.depth) }
  }

  /// The terms that stand directly in it, from the left.
  public var terms: [MiniTerm] { Self.terms(of: form) }

  /// The blocks that stand directly in it.
  public var blocks: [[MiniStatement]] { Self.blocks(of: form) }

  private static func terms(of form: Form) -> [MiniTerm] {
    switch form {
    case .declare(_, _, let term), .assign(_, let term), .push(_, let term), .give(let term), .call(let term),
      .branch(let term, _, _), .loop(let term, _), .each(_, let term, _):
      [term]
    case .assignElement(_, let indices, let term): indices + [term]
    case .count(_, let from, let to, _): [from, to]
    }
  }

  private static func blocks(of form: Form) -> [[MiniStatement]] {
    switch form {
    case .branch(_, let then, let otherwise): [then, otherwise]
    case .loop(_, let body), .count(_, _, _, let body), .each(_, _, let body): [body]
    default: []
    }
  }

  /// The same with every term and every block in it replaced.
  public func map(
    terms term: (MiniTerm) -> MiniTerm, blocks block: ([MiniStatement]) -> [MiniStatement]
  ) -> MiniStatement {
    let changed: Form =
      switch form {
      case .declare(let name, let type, let value): .declare(name, type, term(value))
      case .assign(let name, let value): .assign(name, term(value))
      case .assignElement(let name, let indices, let value): .assignElement(name, indices.map(term), term(value))
      case .push(let name, let value): .push(name, term(value))
      case .branch(let condition, let then, let otherwise):
        .branch(term(condition), then: block(then), otherwise: block(otherwise))
      case .loop(let condition, let body): .loop(term(condition), block(body))
      case .count(let name, let from, let to, let body): .count(name, from: term(from), to: term(to), block(body))
      case .each(let name, let list, let body): .each(name, term(list), block(body))
      case .give(let value): .give(term(value))
      case .call(let value): .call(term(value))
      }
    return MiniStatement(changed, at: place)
  }

  /// Whether no statement after it is reached.
  public var alwaysReturns: Bool {
    switch form {
    case .give: true
    case .branch(_, let then, let otherwise):
      then.contains(where: \.alwaysReturns) && otherwise.contains(where: \.alwaysReturns)
    default: false
    }
  }

  /// The name that it declares for those after or inside it.
  public var declared: String? {
    switch form {
    case .declare(let name, _, _), .count(let name, _, _, _), .each(let name, _, _): name
    default: nil
    }
  }

  /// The variable that it changes.
  public var changed: String? {
    switch form {
    case .assign(let name, _), .assignElement(let name, _, _), .push(let name, _): name
    default: nil
    }
  }
}
