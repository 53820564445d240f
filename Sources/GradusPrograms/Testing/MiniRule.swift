// SPDX-License-Identifier: Apache-2.0

/// One way to make a term of parts: `_0 + _1` for two Int.
public struct MiniRule: Sendable, Hashable, CustomStringConvertible {
  /// With `_0`, `_1`, … for the parts.
  public let template: MiniTerm
  public let parts: [MiniType]
  public let result: MiniType

  /// Reads a rule from its signature, `(Int, Int) -> Int`, and a term in which the parts are `_0`, `_1`, …. Throws where they do not fit.
  public init(_ term: String, _ parts: [MiniType] = [], result: MiniType) throws(MiniError) {
    let parameters = parts.enumerated().map { MiniFunction.Parameter("_\($0.offset)", $0.element) }
    let head = MiniFunction("r", parameters, result: result, body: [])
    let program = try MiniProgram(parsing: "\(head.signature) { return \(term) }")
    _ = try MiniCode(program)
    guard case .give(let template) = program.functions[0].body[0].form else {
      throw MiniError(MiniPlace(), "a rule without a term", remedy: "write one")
    }
    (self.template, self.parts, self.result) = (template, parts, result)
  }

  /// A value as a rule without parts. Throws where it is not of this type.
  public init(_ value: MiniValue, _ type: MiniType) throws(MiniError) {
    guard value.has(type) else { throw MiniError(MiniPlace(), "\(value) is no \(type)", remedy: "change one of them") }
    (template, parts, result) = (value.term, [], type)
  }

  /// A variable as a rule without parts.
  public init(variable name: String, _ type: MiniType) {
    (template, parts, result) = (MiniTerm(.variable(name)), [], type)
  }

  /// The term with its parts put in.
  public func term(_ given: [MiniTerm]) -> MiniTerm { Self.fill(template, given) }

  private static func fill(_ term: MiniTerm, _ given: [MiniTerm]) -> MiniTerm {
    if case .variable(let name) = term.form, name.hasPrefix("_"), let k = Int(name.dropFirst()), k < given.count {
      return given[k]
    }
    return term.mapChildren { fill($0, given) }
  }

  public var description: String { MiniPrinter.text(of: template) }
}
