// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// A double that writes functions of a known program, with errors that it makes more often the more it writes at once.
///
///     P(right) = `rate`^(statements that it writes);  a wrong one is the right one with one literal or operator changed:
///     with `shared` the same change each time, else a random one
///
/// Shown helpers, it writes the function alone; asked for parts, it names those of the known program as stubs; else it writes the
/// function with all that it calls. Of language models it proves nothing.
public struct SimulatedCoder: LanguageModel {
  public var sketch: CodingSketch
  public var rate: Double
  public var shared: Double

  public init(_ sketch: CodingSketch, rate: Double = 0.9, shared: Double = 0.3) {
    self.sketch = sketch
    self.rate = rate
    self.shared = shared
  }

  public func complete(_ prompt: String, stream: RandomStream) async throws -> Completion {
    var stream = stream
    let last = prompt.split(separator: "\n").last.map(String.init) ?? ""
    guard let function = sketch.program.functions.first(where: { $0.signature == last }) else {
      return Completion(text: "I do not know.")
    }
    if prompt.contains(FunCoderPrompt.inputs) {
      let types = function.parameters.map(\.type)
      let calls = (0..<10).map { _ in
        "\(function.name)(\(MiniInputs().values(types, &stream).map(\.description).joined(separator: ", ")))"
      }
      return Completion(text: calls.joined(separator: "\n"))
    }
    let children = sketch.program.functions.filter { called(by: function).contains($0.name) }
    if prompt.contains(FunCoderPrompt.divide) {
      let stubs = children.map { "// \(sketch.summaries[$0.name] ?? "")\n\($0.signature) {}" }
      let own = MiniProgram([written([function], &stream)[0]]).description
      return Completion(text: ([own] + stubs).joined(separator: "\n\n"))
    }
    let isThere = children.allSatisfy { prompt.contains($0.signature) }
    let functions = isThere ? [function] : [function] + below(function)
    return Completion(text: MiniProgram(written(functions, &stream)).description)
  }

  private func called(by function: MiniFunction) -> Set<String> {
    Set(function.statements.flatMap { $0.terms.flatMap(\.calls) })
  }

  private func below(_ function: MiniFunction) -> [MiniFunction] {
    var names = called(by: function)
    var found: [MiniFunction] = []
    // Functions call later ones, so one pass finds all.
    for other in sketch.program.functions where names.contains(other.name) {
      found.append(other)
      names.formUnion(called(by: other))
    }
    return found
  }

  /// Right, or with one change.
  private func written(_ functions: [MiniFunction], _ stream: inout RandomStream) -> [MiniFunction] {
    let length = functions.reduce(0) { $0 + $1.statementCount }
    let right = (0..<length).reduce(1) { p, _ in p * rate }
    if stream.uniform() < right { return functions }
    let places = functions.reduce(0) { $0 + Self.places($1) }
    guard places > 0 else { return functions }
    // The mistake that everybody makes is that at the first place.
    let place = stream.uniform() < shared ? 0 : stream.integer(below: places)
    let shift = 1 + (place == 0 ? 0 : stream.integer(below: 3))
    var left = place
    return functions.map { function in
      let own = Self.places(function)
      defer { left -= own }
      return left >= 0 && left < own ? Self.changed(function, at: left, by: shift) : function
    }
  }

  private static func places(_ function: MiniFunction) -> Int {
    var count = 0
    _ = walk(function) { term in
      count += 1
      return term
    }
    return count
  }

  private static func changed(_ function: MiniFunction, at place: Int, by shift: Int) -> MiniFunction {
    var count = 0
    return walk(function) { term in
      count += 1
      guard count == place + 1 else { return term }
      switch term.form {
      case .int(let value): return MiniTerm(.int(value + shift))
      case .binary(let op, let left, let right):
        let others: [MiniOperator] = op.precedence == 3 ? [.less, .atMost, .greater] : [.plus, .minus, .times]
        let kept = others.filter { $0 != op }
        return MiniTerm(.binary(kept[shift % kept.count], left, right))
      case .variable: return MiniTerm(.binary(.plus, term, MiniTerm(.int(shift))))
      default: return term
      }
    }
  }

  /// Changes literals, operators and pushed variables, in their order.
  private static func walk(_ function: MiniFunction, _ change: (MiniTerm) -> MiniTerm) -> MiniFunction {
    func term(_ inner: MiniTerm) -> MiniTerm {
      let below = inner.mapChildren(term)
      switch below.form {
      case .int, .binary: return change(below)
      default: return below
      }
    }
    func block(_ statements: [MiniStatement]) -> [MiniStatement] {
      statements.map { statement in
        if case .push(let name, let value) = statement.form, case .variable = value.form {
          return MiniStatement(.push(name, change(value)), at: statement.place)
        }
        return statement.map(terms: term, blocks: block)
      }
    }
    var changed = function
    changed.body = block(function.body)
    return changed
  }
}
