// SPDX-License-Identifier: Apache-2.0

/// Statements of a function as a function of their own.
///
///     inputs:   variables of before that they read or set
///     outputs:  variables of before that they set, or of their own, that are read or set after them: at most one
///
/// Statements that return are taken only to the end of the function, whose result the new one then has.
enum MiniExtraction {
  static func applied(
    _ program: MiniProgram, _ function: String, _ range: Range<Int>, _ name: String
  ) throws(MiniError) -> MiniProgram {
    guard let number = program.functions.firstIndex(where: { $0.name == function }) else {
      throw MiniEdit.refused("there is no function '\(function)'")
    }
    guard program[name] == nil else { throw MiniEdit.refused("there is a function '\(name)'") }
    let old = program.functions[number]
    guard !range.isEmpty, range.lowerBound >= 0, range.upperBound <= old.body.count else {
      throw MiniEdit.refused("'\(function)' has no statements \(range)")
    }
    let types = try MiniCode(program).variables[number]
    let block = Array(old.body[range])
    let after = Array(old.body[range.upperBound...])
    let outer = topNames(old.parameters.map(\.name), old.body[..<range.lowerBound])
    let own = topNames([], block[...])
    let used = touched(block)
    let later = touched(after)
    let changed = Set(all(block).compactMap(\.changed))
    let inputs = outer.filter { used.contains($0) }
    let outputs = outer.filter { changed.contains($0) && later.contains($0) } + own.filter { later.contains($0) }
    let doesReturn = all(block).contains { if case .give = $0.form { true } else { false } }
    let parameters = inputs.compactMap { name in types[name].map { MiniFunction.Parameter(name, $0) } }
    let call = MiniTerm(.call(name, inputs.map { MiniTerm(.variable($0)) }))
    var body = block
    let result: MiniType
    let replaced: MiniStatement
    if doesReturn {
      guard after.isEmpty else { throw MiniEdit.refused("statements that return end the function") }
      result = old.result
      replaced = MiniStatement(.give(call), at: block[0].place)
    } else {
      guard outputs.count == 1, let type = types[outputs[0]] else {
        throw MiniEdit.refused("\(outputs.count) variables are needed after the statements, not one")
      }
      result = type
      body.append(MiniStatement(.give(MiniTerm(.variable(outputs[0])))))
      replaced = MiniStatement(
        outer.contains(outputs[0]) ? .assign(outputs[0], call) : .declare(outputs[0], type, call), at: block[0].place)
    }
    var done = program
    done.functions[number].body.replaceSubrange(range, with: [replaced])
    done.functions.append(MiniFunction(name, parameters, result: result, body: body))
    return done
  }

  /// Variables that are there after the statements of an outermost block.
  private static func topNames(_ parameters: [String], _ block: ArraySlice<MiniStatement>) -> [String] {
    parameters
      + block.compactMap { statement in
        if case .declare(let name, _, _) = statement.form { name } else { nil }
      }
  }

  private static func all(_ block: [MiniStatement]) -> [MiniStatement] {
    block.flatMap { [$0] + $0.blocks.flatMap(all) }
  }

  /// Variables that are read or set. One that is declared inside, by a name that was free, counts as well; it is none from before.
  private static func touched(_ block: [MiniStatement]) -> Set<String> {
    var names: Set<String> = []
    for statement in all(block) {
      for term in statement.terms { names.formUnion(term.variables) }
      if let changed = statement.changed { names.insert(changed) }
    }
    return names
  }
}
